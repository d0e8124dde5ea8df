"""The filters of a question as chips that can be taken away, and the choices that add one. Each is an address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.records.accounts.queries import at_hand
from anliegen.records.tickets.models import CHANNELS, Ticket
from anliegen.records.tickets.operators import NAMES, Asked, Filter

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
SIGNS = {
    "status": "edit", "team": "team", "assignee": "user", "channel": "mail", "topic": "topic", "tag": "tag",
    "customer": "users", "since": "calendar", "until": "calendar", "has": "attach", "only": "note",
}  # fmt: skip
# What is typed for a choice, and what is read; the typed words are German, as the first language of the house.
STATUSES = [
    ("offen", gettext_lazy("open")),
    ("neu", gettext_lazy("new")),
    ("bearbeitung", gettext_lazy("in progress")),
    ("wartet", gettext_lazy("waiting")),
    ("wiedervorlage", gettext_lazy("put aside")),
    ("erledigt", gettext_lazy("done")),
]
PERIODS = [
    ("heute", gettext_lazy("today")),
    ("7t", gettext_lazy("the last 7 days")),
    ("30t", gettext_lazy("the last 30 days")),
    ("jahr", gettext_lazy("this year")),
]
IN_WORDS = {"email": "email", "form": "formular", "chat": "chat", "phone": "telefon", "letter": "brief", "api": "api"}


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
        return NAMES[self.key][0]


def chips(asked: Asked, wrong: Sequence[Filter]) -> list[Chip]:
    return [
        Chip(str(TITLES[one.key]), _shown(one), SIGNS[one.key], address(asked.without(one)), one in wrong)
        for one in asked.filters
    ]


def menus(asked: Asked, found: Iterable[Ticket]) -> list[Menu]:
    """What can be chosen: the same everywhere, and what the concerns on this page have."""
    found = list(found)
    channels = [(IN_WORDS[code], name) for code, name in CHANNELS]
    files = [("anhang", _("attachment"))]
    kinds = [("nachrichten", _("messages")), ("notizen", _("notes"))]
    topics = [(one, one) for one in _different(ticket.topic for ticket in found)]
    tags = [(one, one) for one in _different(tag for ticket in found for tag in ticket.tags)]
    people = [(one, one) for one in _different(t.person.name for t in found if not t.person.is_hidden)]
    made = [
        _menu("status", asked, STATUSES),
        _menu("team", asked, [("meins", _("My team"))], fetches=True),
        _menu("assignee", asked, [("ich", _("me")), ("niemand", _("nobody"))], fetches=True),
        _menu("since", asked, PERIODS, title=_("Period")),
        _menu("channel", asked, channels),
        _menu("has", asked, files),
        _menu("only", asked, kinds),
        _menu("topic", asked, topics),
        _menu("tag", asked, tags),
        _menu("customer", asked, people),
    ]
    return [menu for menu in made if menu.choices]


def further(key: str, asked: Asked) -> list[Choice]:
    """Teams or agents by name."""
    known = at_hand(None)
    names = known.teams if key == "team" else known.agents
    return _choices(key, asked, [(name, name) for _pk, name in names])


def address(text: str) -> str:
    query = f"?{urlencode({'q': text})}" if text else ""
    return f"{reverse('workspace:search')}{query}"


def _menu(
    key: str,
    asked: Asked,
    values: Sequence[tuple[str, str | Promise]],
    *,
    title: str | None = None,
    fetches: bool = False,
) -> Menu:
    query = urlencode({"which": key, "q": asked.text})
    more = f"{reverse('workspace:search-choices')}?{query}" if fetches else None
    return Menu(key, title or str(TITLES[key]), SIGNS[key], _choices(key, asked, values[:MOST_CHOICES]), more)


def _choices(key: str, asked: Asked, values: Sequence[tuple[str, str | Promise]]) -> list[Choice]:
    set_ones = {one.value for one in asked.filters if one.key == key}
    return [Choice(str(word), address(asked.having(key, value)), value in set_ones) for value, word in values]


def _shown(one: Filter) -> str:
    """The value in the reader's language, where it is one that can be chosen."""
    known: dict[str, Mapping[str, str | Promise]] = {
        "status": dict(STATUSES),
        "since": dict(PERIODS),
        "channel": {IN_WORDS[code]: name for code, name in CHANNELS},
        "team": {"meins": _("My team")},
        "assignee": {"ich": _("me"), "niemand": _("nobody")},
        "has": {"anhang": _("attachment")},
        "only": {"nachrichten": _("messages"), "notizen": _("notes")},
    }
    return str(known.get(one.key, {}).get(one.value, one.value))


def _different(values: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys(values) if one]


def words_of_filters() -> str:
    """The words that are filters, the first of each."""
    return ", ".join(f"{words[0]}:" for words in NAMES.values())
