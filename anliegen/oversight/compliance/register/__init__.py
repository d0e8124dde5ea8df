"""The register of algorithms: everything that acts by itself, made from what is live. For everybody to read.

`SOURCES` is the whole list. Whoever adds an automated actor adds its entry, or a test fails; one that was found at work
without an entry stands in the register as that.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anliegen.oversight.compliance.register import learning, operators, program
from anliegen.oversight.compliance.register.entry import Algorithm, Source
from anliegen.oversight.compliance.register.figures import LEAST, SPAN, Figures, lately

FORMAT = "anliegen.algorithms/1"
SOURCES: tuple[Source, ...] = (program.algorithms, learning.algorithms, operators.algorithms)

Fairness = Callable[[Algorithm, Figures], str]  # what was found of one that decides, and decided so much

__all__ = ["FORMAT", "LEAST", "SOURCES", "SPAN", "Algorithm", "Figures", "algorithms", "as_json", "entry_of"]


def algorithms(*, at: datetime, fairness: Fairness | None = None) -> list[tuple[Algorithm, Figures | None]]:
    """Every entry with its figures; None where it decides nothing. `fairness` is asked of each that decides."""
    counted = lately(at)
    listed = [one for source in SOURCES for one in source()]
    unknown = [author for author in counted if entry_of(author, listed) is None]
    listed += [_undescribed(author) for author in sorted(unknown)]
    told = [(one, _of(one, counted, listed)) for one in listed]
    if fairness is None:
        return told
    return [(one.with_fairness(fairness(one, of)) if of is not None else one, of) for one, of in told]


def entry_of(author: str, listed: Iterable[Algorithm]) -> Algorithm | None:
    """The entry that describes this actor: its own, else that of its kind, such as all versions of a model."""
    found = [one for one in listed if author == one.author or (one.is_family and author.startswith(one.author))]
    return max(found, key=lambda one: len(one.author), default=None)


def as_json(found: Iterable[tuple[Algorithm, Figures | None]], *, at: datetime, operator: str) -> dict[str, Any]:
    """The register for programs. Fields are added, never given another meaning."""
    return {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "operator": operator,
        "days": SPAN.days,
        "least": LEAST,
        "algorithms": [_as_json(one, counted) for one, counted in found],
    }


def _as_json(one: Algorithm, counted: Figures | None) -> dict[str, Any]:
    return {
        "author": one.author,
        "name": one.name,
        "purpose": one.purpose,
        "decides": one.decides,
        "data": list(one.data),
        "class": one.reach,
        "oversight": one.oversight,
        "responsible": list(one.responsible),
        "version": one.version,
        "reviewed_on": one.reviewed_on.isoformat() if one.reviewed_on else None,
        "is_on": one.is_on,
        "is_paused": one.is_paused,
        "fairness": one.fairness or None,
        "figures": counted.as_json() if counted is not None else None,
    }


def _of(one: Algorithm, counted: Mapping[str, Figures], listed: list[Algorithm]) -> Figures | None:
    """Together for all authors that the entry describes."""
    if not one.decides:
        return None
    theirs = [numbers for author, numbers in counted.items() if entry_of(author, listed) is one]
    return sum(theirs, Figures())


def _undescribed(author: str) -> Algorithm:
    return Algorithm(
        author=author,
        name=_("Not described yet (%(author)s)") % {"author": author},
        purpose=_("It was found at work, but nobody has described it yet."),
        decides=_("not known"),
        data=(),
        reach="",
        oversight=_("Each of its decisions can be contested on the page of the concern."),
        responsible=(),
    )
