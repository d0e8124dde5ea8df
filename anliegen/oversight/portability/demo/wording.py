"""The small language of the scenes: <one|another> is a choice, {slot}, {slot.form} and {slot:unit} are filled in."""

import re
from collections.abc import Callable, Sequence
from datetime import date

from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.shapes import Agent

Choose = Callable[[int], int]  # how many there are -> which one
Lookup = Callable[[str], object]

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_SLOT = re.compile(r"\{([^{}.:\s]+)(?:([.:])([a-z]+))?\}")
_DOUBLED_POINT = re.compile(r"(\d\.)\.(?!\.)")


class UnknownSlot(KeyError):
    """A scene names something that nobody fills in."""


class Deck:
    """Draws alternatives so that none comes again before the others had their turn: two uses of a scene differ.

    The same seed deals the same cards.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn: dict[str, list[int]] = {}

    def draw(self, place: str, among: Sequence[int]) -> int:
        """One of these numbers, of those that this place has dealt least often."""
        drawn = self._drawn.setdefault(place, [])
        least = min(drawn.count(number) for number in among)
        open_ones = [number for number in among if drawn.count(number) == least]
        chosen = chance_of(f"{self._seed}/{place}/{len(drawn)}").choice(open_ones)
        drawn.append(chosen)
        return chosen


def choose(text: str, chooser: Choose) -> str:
    """Resolve every <one|another>, also nested ones, in the order in which they open."""
    out, position = _read(text, 0, chooser, depth=0)
    return out[0] if position == len(text) else text


def fill(text: str, lookup: Lookup) -> str:
    """Put values into the slots; a value may hold slots itself. Raises UnknownSlot."""
    for _depth in range(3):
        if "{" not in text:
            break
        text = _SLOT.sub(lambda match: show(lookup(match.group(1)), match.group(3) or ""), text)
    # "am 25.11." at the end of a sentence needs one point, not two.
    return _DOUBLED_POINT.sub(r"\1", text)


def show(value: object, form: str = "") -> str:
    """A value as a German reader expects it."""
    if isinstance(value, Agent):
        return {"vor": value.given_name, "nach": value.family_name}.get(form, value.name)
    if isinstance(value, date):
        return _show_date(value, form)
    if isinstance(value, float) or form in ("eur", "ct", "zahl", "euro"):
        return _show_amount(float(str(value)), form)
    if isinstance(value, int):
        return _grouped(value) if form == "n" else str(value)
    return str(value)


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _show_date(day: date, form: str) -> str:
    match form:
        case "kurz":
            return f"{day.day}.{day.month}."
        case "dat":
            return f"{day:%d.%m.%Y}"
        case "tag":
            return DAYS[day.weekday()]
        case "voll":
            return f"{DAYS[day.weekday()]}, {day.day}. {MONTHS[day.month - 1]}"
        case "monat":
            return MONTHS[day.month - 1]
        case "en":
            return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]}"
        case _:
            return f"{day.day}. {MONTHS[day.month - 1]}"


def _show_amount(value: float, form: str) -> str:
    if form == "euro":
        return f"€{value:,.2f}"  # in English
    if form == "zahl":
        return f"{value:.1f}".replace(".", ",")
    whole, cents = f"{abs(value):.2f}".split(".")
    amount = f"{'-' if value < 0 else ''}{_grouped(int(whole))},{cents}"
    return f"{amount} €" if form == "eur" else amount


def _grouped(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _read(text: str, position: int, chooser: Choose, *, depth: int) -> tuple[list[str], int]:
    """The alternatives from here to the closing sign; outside of one there is a single alternative, the text."""
    options, here = [""], position
    while here < len(text):
        sign = text[here]
        if sign == "<":
            inner, here = _read(text, here + 1, chooser, depth=depth + 1)
            options[-1] += inner[chooser(len(inner))]
            continue
        if depth and sign == ">":
            return options, here + 1
        if depth and sign == "|":
            options.append("")
        else:
            options[-1] += sign
        here += 1
    if depth:
        raise ValueError(f"a choice is not closed: {text[max(0, position - 20) : position + 40]!r}")
    return options, here
