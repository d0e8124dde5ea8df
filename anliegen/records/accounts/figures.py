"""Figures about people who work here: one place that says which may be shown.

In works-council mode (a setting of the operator) there is no figure about a single person anywhere, and none about a
group of fewer than five, in which a single person could be made out. Where hiding one group would let it be worked out
from the total, the next smallest is hidden too.

Every function that counts or measures work by person or by group is declared with `figure` and asks here; a house test
walks them, and fails on one that does not.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Literal, ParamSpec, TypeVar

from django.db.models import QuerySet

from anliegen.ground.compiled import compiled
from anliegen.records.accounts.models import Agent, Operator

SMALLEST_GROUP = 5

By = Literal["person", "group"]
P = ParamSpec("P")
R = TypeVar("R")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

FIGURES: dict[str, By] = {}  # where each stands, and whether it is by person or by group


def figure(by: By) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a function that gives figures about people's work, by person or by group."""

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        FIGURES[f"{function.__module__}.{function.__qualname__}"] = by
        return function

    return declare


def is_protected() -> bool:
    """Whether the works-council mode is on."""
    return any(_protected())


@compiled
def _protected() -> QuerySet[Any]:
    return Operator.objects.filter(works_council=True).values_list("works_council", flat=True)[:1]


def shows_people() -> bool:
    """Whether figures about single persons may be shown at all."""
    return not is_protected()


def by_person(figures: Mapping[K, V]) -> dict[K, V]:
    """Figures by person: all of them, or none."""
    return dict(figures) if shows_people() else {}


def by_group(figures: Mapping[K, V], people: Mapping[K, int]) -> dict[K, V]:
    """Figures by group, without those that may not be shown. `people` says how many are in each."""
    if not is_protected():
        return dict(figures)
    gone = hidden({key: people.get(key, 0) for key in figures})
    return {key: value for key, value in figures.items() if key not in gone}


def by_team(figures: Mapping[int, V]) -> dict[int, V]:
    """Figures by team (its key), without those that may not be shown."""
    return by_group(figures, members()) if is_protected() else dict(figures)


def shows_team(team: int) -> bool:
    """Whether a figure about this team alone may be shown."""
    return not is_protected() or members().get(team, 0) >= SMALLEST_GROUP


def members() -> dict[int, int]:
    """How many active agents each team has."""
    found: dict[int, int] = {}
    for team in Agent.objects.filter(is_active=True, teams__isnull=False).values_list("teams", flat=True):
        found[team] = found.get(team, 0) + 1
    return found


def hidden(people: Mapping[K, int]) -> set[K]:
    """The groups whose figures are not shown: the small ones, and as many more as they need to hide among. Pure."""
    rising = sorted(people, key=lambda key: (people[key], str(key)))
    gone: list[K] = [key for key in rising if people[key] < SMALLEST_GROUP]
    if not gone:
        return set()
    for key in rising[len(gone) :]:
        if len(gone) > 1 and sum(people[one] for one in gone) >= SMALLEST_GROUP:
            break
        gone.append(key)
    return set(gone)
