"""Public holidays by federal state, from the package `holidays`."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import holidays

_GERMAN = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
_NEIGHBOURS = ("AT", "CH")
_CATHOLIC = "catholic"
_LANGUAGES = {"de": "de", "en": "en_US"}

NATIONWIDE = "DE"
AUGSBURG = "BY-AUGSBURG"


class UnknownState(ValueError):
    """There is no federal state or country of this code."""


def holidays_of(state: str, year: int, *, catholic: bool = False, language: str = "de") -> dict[date, str]:
    """The public holidays of a year with their names.

    `state` is a German federal state ("SN"), "BY-AUGSBURG" for the city with a holiday of its own, "DE" or "" for the
    nine days of the whole country, or Austria ("AT", "AT-9") or Switzerland ("CH", "CH-ZH"). `catholic` adds what only
    Catholic communes keep: 15 August in Bavaria, Corpus Christi in parts of Saxony and Thuringia. 24 and 31 December
    are no public holidays. Raises UnknownState.
    """
    return dict(_holidays(state.upper(), year, catholic, language[:2]))


@dataclass(frozen=True)
class StateHolidays:
    """All public holidays of a state, of any year: `day in StateHolidays("SN")`. Raises UnknownState at once."""

    state: str
    catholic: bool = False

    def __post_init__(self) -> None:
        _place(self.state.upper())

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _holidays(self.state.upper(), day.year, self.catholic, "de")


@functools.lru_cache(512)
def _holidays(state: str, year: int, catholic: bool, language: str) -> Mapping[date, str]:
    country, subdivision = _place(state)
    categories = ("public", _CATHOLIC) if catholic and country == "DE" else ("public",)
    found = holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=year,
        categories=categories,
        language=_LANGUAGES.get(language, "de"),
    )
    return MappingProxyType(dict(sorted(found.items())))


@functools.cache
def _place(state: str) -> tuple[str, str | None]:
    """Country and subdivision as the package names them. BE is Berlin; Berne is CH-BE."""
    if state in ("", NATIONWIDE):
        return "DE", None
    if state in _GERMAN:
        return "DE", state
    if state == AUGSBURG:
        return "DE", "Augsburg"
    country, _, subdivision = state.partition("-")
    if country not in _NEIGHBOURS:
        raise UnknownState(state)
    try:
        holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError as error:
        raise UnknownState(state) from error
    return country, subdivision or None
