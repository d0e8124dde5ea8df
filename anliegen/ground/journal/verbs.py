"""What can happen: verbs are declared, so that timeline, audit, webhooks and docs read from one place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFERENCE = re.compile(r"[a-z_]+:[^\W_][\w.@-]*")  # of a row by its key, or of a choice by its code
CODE = re.compile(r"[^\W_][\w.:@/+-]{0,63}")


class Kind(Enum):
    """What a data field of an event may hold: never a name, an address or a body."""

    REF = "ref"
    CODE = "code"
    NUMBER = "number"
    FLAG = "flag"
    REFS = "refs"
    CODES = "codes"


class UndeclaredVerb(Exception):
    """Nobody declared this verb."""


class BadEventData(Exception):
    """The data of an event does not fit its verb's declaration."""


@dataclass(frozen=True)
class Verb:
    """One kind of event: `ticket.assigned`, the fields of its data, and the sentence a person reads.

    The sentence may use `{actor}`, `{subject}` and the fields' names; faces fill in what the reader may see.
    """

    name: str
    sentence: str | Promise
    fields: Mapping[str, Kind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name in DECLARED:
            raise ValueError(f"verb {self.name} is declared twice")
        DECLARED[self.name] = self

    def check(self, data: Mapping[str, Any]) -> None:
        """Raise BadEventData unless every declared field is there, in its kind or None, and no other."""
        if data.keys() != self.fields.keys():
            raise BadEventData(f"{self.name} takes {sorted(self.fields)}, not {sorted(data)}")
        for name, kind in self.fields.items():
            if data[name] is not None and not _fits(data[name], kind):
                raise BadEventData(f"{self.name}: {name} is no {kind.value}")


DECLARED: dict[str, Verb] = {}

BROKEN = Verb(
    "journal.broken",
    _("the journal did not end as it was signed: it stands to entry {stands}, and was known to go to {signed}"),
    {"reason": Kind.CODE, "stands": Kind.NUMBER, "signed": Kind.NUMBER},
)

BREAK_SEEN = Verb(
    "journal.break_seen",
    _("{actor} looked into the break of the journal at entry {mark} and noted why it came"),
    {"mark": Kind.NUMBER},
)


def declared(name: str) -> Verb:
    try:
        return DECLARED[name]
    except KeyError:
        raise UndeclaredVerb(name) from None


def _fits(value: Any, kind: Kind) -> bool:
    match kind:
        case Kind.REF:
            return isinstance(value, str) and bool(REFERENCE.fullmatch(value))
        case Kind.CODE:
            return isinstance(value, str) and bool(CODE.fullmatch(value))
        case Kind.NUMBER:
            return isinstance(value, int) and not isinstance(value, bool)
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.REFS:
            return isinstance(value, list) and all(_fits(item, Kind.REF) for item in value)
        case Kind.CODES:
            return isinstance(value, list) and all(_fits(item, Kind.CODE) for item in value)
