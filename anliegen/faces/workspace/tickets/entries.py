"""The timeline as the page shows it: messages, notes and events, each with what stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from markupsafe import Markup

from anliegen.faces.workspace.rows import CHANNEL_SIGNS
from anliegen.faces.workspace.tickets import enclosures, letters
from anliegen.faces.workspace.tickets.senders import Proof, proof_of
from anliegen.faces.workspace.tickets.signs import EVENT_SIGNS, STATE_LOOKS
from anliegen.faces.workspace.tickets.sources import Source, sources_of
from anliegen.faces.workspace.tickets.splitting import proposes_split
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.reasons import explain
from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.enclosed import Enclosed
from anliegen.records.tickets.models import CHANNELS, MESSAGE_STATES, Attachment, Message, Note, Ticket
from anliegen.records.tickets.queries import events_of, timeline

NEWEST_SHOWN = 5  # messages; what is older is folded
# What the messages themselves show, or what says the same as the line beside it.
UNTOLD = ("ticket.opened", "message.cancelled", "message.delivered")
_CHANNELS, _STATES = dict(CHANNELS), dict(MESSAGE_STATES)


@dataclass(frozen=True)
class Letter:
    """A message, ready to be shown."""

    message: Message
    author: str
    badge: str | None  # the kind of `ui.actor`; a customer has none
    text: Markup
    rest: Markup | None
    files: Sequence[Attachment]
    undo_until: datetime | None
    source: int | None  # the line of the ledger with the raw mail
    ways: Sequence[str]  # by which mailboxes it came, when it came by several
    is_perhaps_new: bool  # likely a concern of its own
    enclosed: Enclosed

    @property
    def proof(self) -> Proof | None:
        return proof_of(self.message)

    @property
    def via(self) -> tuple[str | Promise, str]:
        return _CHANNELS[self.message.channel], CHANNEL_SIGNS[self.message.channel]

    @property
    def state(self) -> tuple[str | Promise, str, str] | None:
        """(word, sign, tone); what came in needs none."""
        if self.message.direction == "in":
            return None
        return (_STATES[self.message.state], *STATE_LOOKS[self.message.state])

    @property
    def to(self) -> str | None:
        """One line of recipients."""
        if self.message.direction == "in" and not self.message.cc:
            return self.message.from_address or None
        people = ", ".join(_person(one) for one in self.message.to)
        copies = ", ".join(_person(one) for one in self.message.cc)
        if self.message.direction == "in":
            return _("%(address)s, copy to %(copies)s") % {"address": self.message.from_address, "copies": copies}
        if not people:
            return None
        return (
            _("to %(people)s, copy to %(copies)s") % {"people": people, "copies": copies}
            if copies
            else (_("to %(people)s") % {"people": people})
        )

    @property
    def pictures(self) -> list[Attachment]:
        return [file for file in self.files if letters.is_picture(file) and not file.is_inline]

    @property
    def documents(self) -> list[Attachment]:
        files = [file for file in self.files if not letters.is_picture(file) or file.is_inline]
        return [file for file in files if not enclosures.is_plumbing(file)]

    @property
    def mails(self) -> list[Attachment]:
        return enclosures.mails(self.files)

    @property
    def remarks(self) -> list[enclosures.Remark]:
        return enclosures.remarks(self.enclosed.seal)

    @property
    def is_closed(self) -> bool:
        return enclosures.is_closed(self.enclosed.seal)

    @property
    def card(self) -> enclosures.Card | None:
        return enclosures.Card(self.enclosed.appointment) if self.enclosed.appointment else None

    @property
    def has_look(self) -> bool:
        return letters.has_look(self.message)

    @property
    def has_remote_pictures(self) -> bool:
        return letters.has_remote_pictures(self.message)


@dataclass(frozen=True)
class Happening:
    """One line for an event."""

    event: Event
    sentence: str
    badge: str | None
    why: str | None

    @property
    def sign(self) -> str:
        return EVENT_SIGNS.get(self.event.verb, "settings")

    @property
    def tone(self) -> str:
        return "broken" if self.event.verb in ("message.failed", "message.bounced") else ""


@dataclass(frozen=True)
class Item:
    """One entry: exactly one of the four is there."""

    at: datetime
    day: date | None = None
    letter: Letter | None = None
    note: Note | None = None
    happening: Happening | None = None


@dataclass(frozen=True)
class Shown:
    """The timeline in two parts: what is folded, and what is in view."""

    earlier: list[Item]
    newest: list[Item]
    last_event: int  # the newest event this page knows of


def shown(
    ticket: Ticket,
    viewer: Agent,
    *,
    undo: timedelta,
    may_see_sources: bool,
    only_talk: bool = False,
) -> Shown:
    """Everything that was said and happened, oldest first, the older part apart."""
    happened = events_of(ticket)
    entries = timeline(ticket, events=happened)
    events = [entry.event for entry in entries if entry.event is not None]
    told = {} if only_talk else _told(events, viewer)
    sources = sources_of(entries) if may_see_sources else {}
    items: list[Item] = []
    before: datetime | None = None
    for entry in entries:
        if entry.message is not None:
            pause, before = entry.at - before if before else None, entry.at
            letter = _letter(entry.message, ticket, undo, sources, pause)
            items.append(Item(entry.at, letter=letter))
        elif entry.note is not None and not only_talk:
            items.append(Item(entry.at, note=entry.note))
        elif entry.event is not None and entry.event.pk in told:
            items.append(Item(entry.at, happening=told[entry.event.pk]))
    cut = _cut(items)
    return Shown(_with_days(items[:cut]), _with_days(items[cut:]), happened[-1].pk if happened else 0)


def _cut(items: list[Item]) -> int:
    """Where the newest part begins: at the fifth last message."""
    places = [place for place, item in enumerate(items) if item.letter is not None]
    return places[-NEWEST_SHOWN] if len(places) > NEWEST_SHOWN else 0


def _with_days(items: list[Item]) -> list[Item]:
    found: list[Item] = []
    before = None
    for item in items:
        day = timezone.localtime(item.at).date()
        if day != before:
            found.append(Item(item.at, day=day))
            before = day
        found.append(item)
    return found


def _letter(
    message: Message,
    ticket: Ticket,
    undo: timedelta,
    sources: Mapping[int, Source],
    pause: timedelta | None,
) -> Letter:
    files = list(message.attachments.all())
    source = sources.get(message.pk)
    return Letter(
        message=message,
        author=_author(message, ticket),
        badge={"agent": "person", "rule": "rule"}.get(message.author_kind),
        text=letters.said(message),
        rest=letters.left_out(message),
        files=files,
        undo_until=message.created_at + undo if message.state == "queued" and message.agent_id else None,
        source=source.line if source else None,
        ways=source.ways if source and len(source.ways) > 1 else (),
        is_perhaps_new=proposes_split(message, ticket, pause),
        enclosed=Enclosed.from_json(message.enclosed),
    )


def _author(message: Message, ticket: Ticket) -> str:
    if message.is_feigned:
        return message.from_address or _("unknown")  # not the name: it is what was feigned
    if message.direction == "in":
        return str(message.person) if message.person else message.from_name or message.from_address
    return message.agent.name if message.agent else ticket.brand.name


def _person(one: Mapping[str, str]) -> str:
    return one["name"] or one["address"]


def _told(events: Sequence[Event], viewer: Agent) -> dict[int, Happening]:
    """Events with their sentences, by id. A rule's move is told by the decision behind it."""
    decided = {(event.actor, event.data["choice"]) for event in events if event.verb == "decision.made"}
    worth = [
        event
        for event in events
        if event.verb not in UNTOLD
        and not (event.verb == "ticket.status_changed" and event.actor.startswith("person:"))  # their letter says it
        and not (event.verb == "ticket.moved" and (event.actor, event.data["to"]) in decided)
    ]
    words = sentences(worth, viewer)
    reasons = _reasons(worth, viewer)
    return {
        event.pk: Happening(event, words[event.pk], _badge_of_event(event), reasons.get(event.pk)) for event in worth
    }


def _badge_of_event(event: Event) -> str | None:
    kind = event.actor.partition(":")[0]
    return {"agent": "person", "rule": "rule", "model": "model", "system": "system"}.get(kind)


def _reasons(events: Sequence[Event], viewer: Agent) -> dict[int, str]:
    """Why an automated decision was made, how sure it was, and who answers for it."""
    asked = {int(event.data["decision"].partition(":")[2]): event for event in events if event.verb == "decision.made"}
    decisions = Decision.objects.filter(pk__in=asked).select_related("responsible") if asked else []
    return {asked[decision.pk].pk: _because(decision) for decision in decisions}


def _because(decision: Decision) -> str:
    parts = [explain(decision)]
    if decision.choice:
        parts.append(_("Sure to %(percent)s %%.") % {"percent": round(decision.confidence * 100)})
    if decision.responsible is not None:
        parts.append(_("%(name)s answers for it.") % {"name": decision.responsible.name})
    return " ".join(parts)
