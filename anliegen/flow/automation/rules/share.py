"""Which tickets a rule that is rolled out to a share of them touches. Pure."""

import hashlib

OF = 10_000


def is_in_share(rule: int, ticket: int, percent: int) -> bool:
    """Whether this ticket belongs to the share: always the same ones, and of a larger share all those of a smaller.

    Another rule takes others, so that not always the same customers come first.
    """
    return place(rule, ticket) < percent * OF // 100


def place(rule: int, ticket: int) -> int:
    """Where the ticket stands in the order in which this rule is rolled out: 0 to 9,999, evenly spread."""
    digest = hashlib.sha256(f"{rule}:{ticket}".encode()).digest()
    return int.from_bytes(digest[:8]) % OF
