"""Filters of a question as conditions: on the ticket, on what was said in it, and what of them nothing can fit.

`tickets` is a Q that any list of tickets may take; `rows` is for the search. Values are looked up here alone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import reduce

from django.db.models import Q
from django.utils import timezone

from anliegen.ground import clock
from anliegen.ground.search.queries import Restriction
from anliegen.ground.search.tsquery import query
from anliegen.ground.text import fold
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address
from anliegen.records.tickets import periods
from anliegen.records.tickets.codes import as_code
from anliegen.records.tickets.models import CHANNELS, DONE, OPEN
from anliegen.records.tickets.operators import Filter

SNOOZED = "snoozed"
# Words for a status in German and English, folded; `offen` is whatever is not done.
STATUSES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("offen", "open"), OPEN),
    **dict.fromkeys(("neu", "new"), ("new",)),
    **dict.fromkeys(("bearbeitung", "in-bearbeitung", "progress", "in_progress"), ("open",)),
    **dict.fromkeys(("wartet", "waiting"), ("waiting_customer", "waiting_internal")),
    **dict.fromkeys(("kunde", "waiting_customer"), ("waiting_customer",)),
    **dict.fromkeys(("intern", "waiting_internal"), ("waiting_internal",)),
    **dict.fromkeys(("gelost", "resolved"), ("resolved",)),
    **dict.fromkeys(("geschlossen", "closed"), ("closed",)),
    **dict.fromkeys(("fertig", "erledigt", "done"), DONE),
    **dict.fromkeys(("wiedervorlage", "snoozed"), (SNOOZED,)),
}
_CHANNEL_WORDS = {
    "email": "email e-mail mail", "form": "formular form", "chat": "chat", "phone": "telefon anruf phone telephone",
    "letter": "brief letter", "api": "schnittstelle api interface",
}  # fmt: skip
CHANNEL_CODES = {word: code for code, words in _CHANNEL_WORDS.items() for word in words.split()}
_MYSELF, _NOBODY = ("ich", "mir", "me"), ("niemand", "niemandem", "keiner", "nobody", "none")
_ATTACHMENTS = tuple(
    map(fold, ("anhang", "anhänge", "anlage", "anlagen", "attachment", "attachments", "datei", "file"))
)
_NOTES, _MESSAGES = ("notiz", "notizen", "note", "notes"), ("nachricht", "nachrichten", "message", "messages")
MOST_PEOPLE = 200
_TERM = re.compile(r"('(?:[^'\\]|''|\\\\)*')(:\*)?")  # as `tsquery` writes it
WITH_FILE = (
    "EXISTS (SELECT FROM tickets_attachment AS file WHERE file.message_id = entry.message_id AND NOT file.is_inline)"
)


@dataclass(frozen=True)
class Narrowed:
    """What filters ask. `wrong` are those whose value names nothing: then nothing fits. `is_narrow`: it names an
    address or a tag, whose tickets an index finds."""

    tickets: Q = field(default_factory=Q)
    rows: tuple[Restriction, ...] = ()
    names: tuple[str, ...] = ()  # who wrote it, each as a tsquery
    since: datetime | None = None
    until: datetime | None = None
    wrong: tuple[Filter, ...] = ()
    is_narrow: bool = False

    def also(self, tickets: Q) -> "Narrowed":
        return replace(self, tickets=self.tickets & tickets)

    @property
    def asks_what_was_said(self) -> bool:
        """Whether it asks for more than tickets: for a time, a kind or a file of what was said."""
        return bool(self.rows or self.names or self.since or self.until)


class NamesNothing(Exception):
    """The value of a filter names nothing that there is."""


def narrow(filters: Sequence[Filter], agent: Agent) -> Narrowed:
    """The filters as conditions for this agent, to whom "me" and "my team" refer; all of them must hold."""

    def add(narrowed: Narrowed, one: Filter) -> Narrowed:
        try:
            return _RULES[one.key](narrowed, one.value, agent)
        except NamesNothing:
            return replace(narrowed, wrong=(*narrowed.wrong, one))

    return reduce(add, filters, Narrowed())


def _status(narrowed: Narrowed, value: str, _agent: Agent) -> Narrowed:
    codes = STATUSES.get(fold(value))
    if codes is None:
        raise NamesNothing
    return narrowed.also(Q(snoozed_until__isnull=False) if codes == (SNOOZED,) else Q(status__in=codes))


def _team(narrowed: Narrowed, value: str, agent: Agent) -> Narrowed:
    wanted = fold(value)
    if wanted in (*_MYSELF, "meins", "mine"):
        return narrowed.also(Q(team__in=agent.team_ids()))
    if wanted in (*_NOBODY, "keins"):
        return narrowed.also(Q(team=None))
    teams = [(pk, fold(name), slug) for pk, name, slug in Team.objects.values_list("pk", "name", "slug")]
    exact = [pk for pk, name, slug in teams if wanted in (name, slug)]
    return narrowed.also(Q(team__in=_some(exact or [pk for pk, name, _slug in teams if _begins(name, wanted)])))


def _assignee(narrowed: Narrowed, value: str, agent: Agent) -> Narrowed:
    wanted = fold(value)
    if wanted in _MYSELF:
        return narrowed.also(Q(assignee=agent))
    if wanted in _NOBODY:
        return narrowed.also(Q(assignee=None))
    agents = Agent.objects.values_list("pk", "name", "email")
    found = [pk for pk, name, email in agents if _begins(fold(name), wanted) or email == value.lower()]
    return narrowed.also(Q(assignee__in=_some(found)))


def _channel(narrowed: Narrowed, value: str, _agent: Agent) -> Narrowed:
    code = CHANNEL_CODES.get(fold(value))
    if code not in dict(CHANNELS):
        raise NamesNothing
    return narrowed.also(Q(channel=code))


def _topic(narrowed: Narrowed, value: str, _agent: Agent) -> Narrowed:
    return narrowed.also(Q(topic="" if fold(value) in (*_NOBODY, "ohne") else as_code(value)))


def _tag(narrowed: Narrowed, value: str, _agent: Agent) -> Narrowed:
    return replace(narrowed.also(Q(tags__contains=[as_code(value)])), is_narrow=True)


def _customer(narrowed: Narrowed, value: str, agent: Agent) -> Narrowed:
    if not may(agent, "customer.read"):
        raise NamesNothing
    if "@" in value:
        return replace(narrowed.also(Q(person__in=_some(_with_address(value)))), is_narrow=True)
    words = query(value, prefix=True)
    if not words:
        raise NamesNothing
    return replace(narrowed, names=(*narrowed.names, _by_name(words)))


def _with_address(value: str) -> list[int]:
    """Customers whose mail address begins so."""
    folded = fold_address("email", value)
    addresses = Address.objects.filter(kind="email", folded__gte=folded, folded__lt=f"{folded}\U0010ffff")
    return list(addresses.order_by("folded").values_list("person", flat=True)[:MOST_PEOPLE])


def words_for(agent: Agent, text: str, *, unfinished: bool = False) -> str:
    """The words as a tsquery. For whoever may not read customers it does not look into the names of who wrote.

    They see customers by number: a name that finds would tell whose it is. What stands in the text they may read.
    """
    words = query(text, prefix=unfinished)
    return words if may(agent, "customer.read") else only_with(words, "AC")


def _by_name(words: str) -> str:
    return only_with(words, "B")


def only_with(words: str, weights: str) -> str:
    """A tsquery with each of its terms only where it has one of these weights, see `indexing`: the subject A, the name
    of who wrote B, what was said C."""
    return _TERM.sub(lambda term: f"{term[1]}{term[2] or ':'}{weights}", words)


def _since(narrowed: Narrowed, value: str, _agent: Agent) -> Narrowed:
    start = _midnight(value, timedelta(0))
    return replace(narrowed, since=max(filter(None, (narrowed.since, start))))


def _until(narrowed: Narrowed, value: str, _agent: Agent) -> Narrowed:
    """Until the end of that day."""
    end = _midnight(value, timedelta(days=1))
    return replace(narrowed, until=min(filter(None, (narrowed.until, end))))


def _has(narrowed: Narrowed, value: str, _agent: Agent) -> Narrowed:
    if fold(value) not in _ATTACHMENTS:
        raise NamesNothing
    return replace(narrowed, rows=(*narrowed.rows, Restriction(WITH_FILE)))


def _only(narrowed: Narrowed, value: str, _agent: Agent) -> Narrowed:
    wanted = fold(value)
    if wanted not in (*_NOTES, *_MESSAGES):
        raise NamesNothing
    column = "note_id" if wanted in _NOTES else "message_id"
    return replace(narrowed, rows=(*narrowed.rows, Restriction(f"entry.{column} IS NOT NULL")))


_RULES: dict[str, Callable[[Narrowed, str, Agent], Narrowed]] = {
    "status": _status, "team": _team, "assignee": _assignee, "channel": _channel, "topic": _topic, "tag": _tag,
    "customer": _customer, "since": _since, "until": _until, "has": _has, "only": _only,
}  # fmt: skip


def _midnight(value: str, later: timedelta) -> datetime:
    """The beginning of the local day that the value names, or of one after it."""
    found = periods.day(value, timezone.localtime(clock.now()).date())
    if found is None:
        raise NamesNothing
    return datetime.combine(found + later, time(), timezone.get_current_timezone())


def _begins(name: str, wanted: str) -> bool:
    """Whether the name or one of its words begins so: Richter finds Tom Richter."""
    return name.startswith(wanted) or any(word.startswith(wanted) for word in name.split())


def _some(found: list[int]) -> list[int]:
    if not found:
        raise NamesNothing
    return found
