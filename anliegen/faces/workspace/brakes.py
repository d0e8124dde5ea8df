"""Tripped brakes in words, with the names their reader may see."""

from collections.abc import Iterable
from dataclasses import dataclass

from anliegen.flow.channels.guard import words
from anliegen.flow.channels.models import Brake
from anliegen.oversight.compliance.names import names
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may

MOST_SHOWN = 3


@dataclass(frozen=True)
class Told:
    """A brake and what it says."""

    brake: Brake
    title: str
    happened: str
    what_to_do: str


def told(brakes: Iterable[Brake], viewer: Agent) -> list[Told]:
    brakes = list(brakes)
    named = names((ref for brake in brakes if (ref := _ref(brake))), viewer)
    return [
        Told(
            brake, words.title(brake, named.get(_ref(brake), brake.key)), words.happened(brake), words.what_to_do(brake)
        )
        for brake in brakes
    ]


def undecided(viewer: Agent) -> list[Told]:
    """The brakes that wait for a decision, for those who may make it; the newest first."""
    if not may(viewer, "intake.retry"):
        return []
    return told(Brake.objects.undecided().order_by("-last_at", "-pk")[:MOST_SHOWN], viewer)


def _ref(brake: Brake) -> str:
    return f"{brake.kind}:{brake.key}" if brake.kind in ("ticket", "person") else ""
