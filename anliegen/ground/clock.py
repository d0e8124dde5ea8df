"""The time. Passed to actions as an argument; read here once, at the edge."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment: aware, UTC."""
    return datetime.now(UTC)
