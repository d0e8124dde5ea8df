"""Who acts: a person, a rule, a model or the system, and upon which event."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from anliegen.ground.journal.models import Event


MACHINES = ("rule", "model")


class NeedsAPerson(Exception):
    """A machine would do what only a person may: what cannot be taken back, or what a person has decided."""


@dataclass(frozen=True)
class Actor:
    """The author of a change. `because` is the position of the event it answers, `depth` how long that chain is."""

    ref: str
    because: int | None = None
    depth: int = 0

    @classmethod
    def agent(cls, pk: int) -> Self:
        return cls(f"agent:{pk}")

    @classmethod
    def person(cls, pk: int) -> Self:
        return cls(f"person:{pk}")

    @classmethod
    def rule(cls, name: str | int) -> Self:
        return cls(f"rule:{name}")

    @classmethod
    def model(cls, name: str) -> Self:
        return cls(f"model:{name}")

    @property
    def kind(self) -> str:
        """`agent`, `person`, `rule`, `model` or `system`."""
        return self.ref.partition(":")[0]

    @property
    def pk(self) -> int | None:
        """The primary key of an agent or person, None for the others."""
        number = self.ref.partition(":")[2]
        return int(number) if self.kind in ("agent", "person") else None

    @property
    def is_machine(self) -> bool:
        return self.kind in MACHINES

    def insist_on_a_person(self) -> None:
        """Raises NeedsAPerson when a rule or a model acts."""
        if self.is_machine:
            raise NeedsAPerson(self.ref)

    def because_of(self, event: "Event") -> Self:
        """The same author, acting upon that event."""
        return replace(self, because=event.position, depth=event.depth + 1)


SYSTEM = Actor("system")
