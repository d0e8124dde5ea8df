"""The filters of a question as chips that can be taken away, and the choices that add one. Each is an address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from anliegen.ground.text import fold
from anliegen.records.accounts.queries import at_hand
from anliegen.records.tickets.models import CHANNELS, Ticket
from anliegen.records.tickets.operators import NAMES, Asked, Filter, word

MOST_CHOICES = 12
TITLES: dict[str, str | Promise] = {
    "status": gettext_lazy("Status"),
    "team": gettext_lazy("Team"),
    "assignee": gettext_lazy("Assigned to"),
    "channel": gettext_lazy("Came by"),
    "topic": gettext_lazy("Topic"),
    "tag": gettext_lazy("Tag"),
    "customer": gettext_lazy("Customer"),
    "since": gettext_lazy("Since"),
    "until": gettext_lazy("Until"),
    "has": gettext_lazy("With"),
    "only": gettext_lazy("Only in"),
}
IN_WORDS = {
    "email": ("email", "email"), "form": ("formular", "form"), "chat": ("chat", "chat"), "phone": ("telefon", "phone"),
    "letter": ("brief", "letter"), "api": ("api", "api"),
}  # fmt: skip
SIGNS = {
    "status": "edit", "team": "team", "assignee": "user", "channel": "mail", "topic": "topic", "tag": "tag",
    "customer": "users", "since": "calendar", "until": "calendar", "has": "attach", "only": "note",
}  # fmt: skip


class Value(NamedTuple):
    """What is typed for a choice in German and in English, and what is read."""

    german: str
    english: str
    text: str | Promise

    @property
    def typed(self) -> str:
        return self.english if _language() == "en" else self.german


FIXED: dict[str, Sequence[Value]] = {
    "status": (
        Value("offen", "open", gettext_lazy("open")),
        Value("neu", "new", gettext_lazy("new")),
        Value("bearbeitung", "progress", gettext_lazy("in progress")),
        Value("wartet", "waiting", gettext_lazy("waiting")),
        Value("wiedervorlage", "snoozed", gettext_lazy("put aside")),
        Value("erledigt", "done", gettext_lazy("done")),
    ),
    "team": (Value("meins", "mine", gettext_lazy("My team")),),
    "assignee": (Value("ich", "me", gettext_lazy("me")), Value("niemand", "nobody", gettext_lazy("nobody"))),
    "since": (
        Value("heute", "today", gettext_lazy("today")),
        Value("7t", "7d", gettext_lazy("the last 7 days")),
        Value("30t", "30d", gettext_lazy("the last 30 days")),
        Value("jahr", "year", gettext_lazy("this year")),
    ),
    "channel": tuple(Value(*IN_WORDS[code], name) for code, name in CHANNELS),
    "has": (Value("anhang", "attachment", gettext_lazy("attachment")),),
    "only": (
        Value("nachrichten", "messages", gettext_lazy("messages")),
        Value("notizen", "notes", gettext_lazy("notes")),
    ),
}


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the address of the search without it. `is_wrong`: its value names nothing."""

    title: str
    value: str
    sign: str
    remove: str
    is_wrong: bool

    @property
    def text(self) -> str:
        return f"{self.title}: {self.value}"


@dataclass(frozen=True)
class Choice:
    """One more filter: its word and the address of the search with it."""

    text: str
    href: str
    is_set: bool


@dataclass(frozen=True)
class Menu:
    """The choices of one filter. `more` is where further ones are fetched when it is opened."""

    key: str
    title: str
    sign: str
    choices: list[Choice]
    more: str | None = None

    @property
    def word(self) -> str:
        """The word that is typed for it."""
        return word(self.key, _language())


def chips(asked: Asked, wrong: Sequence[Filter]) -> list[Chip]:
    return [
        Chip(str(TITLES[one.key]), _shown(one), SIGNS[one.key], address(asked.without(one)), one in wrong)
        for one in asked.filters
    ]


def menus(asked: Asked, found: Iterable[Ticket]) -> list[Menu]:
    """What can be chosen: the same everywhere, and what the concerns on this page have."""
    found = list(found)
    made = [
        _menu("status", asked),
        _menu("team", asked, fetches=True),
        _menu("assignee", asked, fetches=True),
        _menu("since", asked, title=_("Period")),
        _menu("channel", asked),
        _menu("has", asked),
        _menu("only", asked),
        _menu("topic", asked, _different(ticket.topic for ticket in found)),
        _menu("tag", asked, _different(tag for ticket in found for tag in ticket.tags)),
        _menu("customer", asked, _different(t.person.name for t in found if not t.person.is_hidden)),
    ]
    return [menu for menu in made if menu.choices]


def further(key: str, asked: Asked) -> list[Choice]:
    """Teams or agents by name."""
    known = at_hand(None)
    names = known.teams if key == "team" else known.agents
    return _choices(key, asked, _as_they_are(name for _pk, name in names))


def address(text: str) -> str:
    query = f"?{urlencode({'q': text})}" if text else ""
    return f"{reverse('workspace:search')}{query}"


def _menu(
    key: str, asked: Asked, values: Sequence[str] = (), *, title: str | None = None, fetches: bool = False
) -> Menu:
    """`values` where what can be chosen is not the same everywhere."""
    query = urlencode({"which": key, "q": asked.text})
    more = f"{reverse('workspace:search-choices')}?{query}" if fetches else None
    offered = FIXED.get(key) or _as_they_are(values[:MOST_CHOICES])
    return Menu(key, title or str(TITLES[key]), SIGNS[key], _choices(key, asked, offered), more)


def _choices(key: str, asked: Asked, values: Iterable[Value]) -> list[Choice]:
    set_ones = {fold(one.value) for one in asked.filters if one.key == key}
    return [
        Choice(
            str(one.text),
            address(asked.having(key, one.typed, _language())),
            not set_ones.isdisjoint(map(fold, (one.german, one.english))),
        )
        for one in values
    ]


def _as_they_are(names: Iterable[str]) -> list[Value]:
    return [Value(name, name, name) for name in names]


def _shown(one: Filter) -> str:
    """The value in the reader's language, where it is one that can be chosen, in whichever language it was typed."""
    value = fold(one.value)
    known = (each.text for each in FIXED.get(one.key, ()) if value in (fold(each.german), fold(each.english)))
    return str(next(known, one.value))


def _language() -> str:
    return (get_language() or "de")[:2]


def _different(values: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys(values) if one]


def words_of_filters() -> str:
    """The words that are filters, one for each, in the reader's language."""
    return ", ".join(f"{word(key, _language())}:" for key in NAMES)
