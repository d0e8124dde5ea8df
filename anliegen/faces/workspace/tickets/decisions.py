"""What automation decided on a ticket, beside it and in its timeline, and who may say something of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from anliegen.flow.automation.effects import EFFECTS
from anliegen.flow.automation.log import Entry, Known, entries
from anliegen.flow.automation.models import Decision, Told
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.oversight.compliance.names import names
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import Ticket

WITH_CHOICE = frozenset({"team", "assignee", "topic", "priority", "language", "level", "signal"})


@dataclass(frozen=True)
class Card:
    """One decision, who made it, and what this agent may say of it."""

    entry: Entry
    author: str
    may_say: bool
    may_do: bool = False  # what a person does with a form, once somebody has said yes to it
    is_exception: bool = False  # nothing is learnt from this concern
    may_take_in: bool = False  # whether this agent may say that it is none
    like: Ticket | None = None  # the earlier concern it is most like, as far as this agent may see it

    @property
    def decision(self) -> Decision:
        return self.entry.decision

    @property
    def kind(self) -> str:
        """For the badge: `model` or `rule`."""
        return "model" if self.decision.author.startswith("model:") else "rule"

    @property
    def form(self) -> str:
        """Where this agent does what they have said yes to, and have not done yet; else empty."""
        return form_address(self.decision) if self.may_do and self.decision.is_pending else ""

    @property
    def asks(self) -> bool:
        """Whether it waits for somebody, and this agent may be the one."""
        return self.may_say and self.decision.waits and self.decision.applies_at is None

    @property
    def is_contested(self) -> bool:
        """Whether the customer waits for a person to check it, and this agent may."""
        return self.may_say and self.decision.contested_at is not None and self.decision.settled_at is None

    @property
    def may_confirm(self) -> bool:
        return self.may_say and bool(self.decision.choice)

    @property
    def may_correct(self) -> bool:
        return self.may_say and self.decision.question in WITH_CHOICE

    @property
    def may_reject(self) -> bool:
        return self.may_say and bool(self.decision.choice) and not self.may_stop

    @property
    def may_stop(self) -> bool:
        return self.may_say and self.entry.effect == "delayed"


@dataclass(frozen=True)
class Log:
    """What automation decided here, the newest first."""

    cards: Sequence[Card] = ()

    @property
    def asking(self) -> list[Card]:
        """What automation asks or is about to do; what the customer asks stands by itself."""
        return [card for card in self.cards if (card.asks or card.may_stop) and not card.is_contested]

    @property
    def contested(self) -> list[Card]:
        return [card for card in self.cards if card.is_contested]

    def entry(self, pk: int) -> Entry | None:
        return next((card.entry for card in self.cards if card.decision.pk == pk), None)


def log_of(ticket: Ticket, agent: Agent, happened: Iterable[Event], known: Known | None = None) -> Log:
    """Every decision that the timeline tells of. A ticket on which nothing was decided asks the database nothing."""
    told = [pk_of(event.data["decision"]) for event in happened if event.verb in ("decision.made", "decision.tried")]
    if not told:
        return Log()
    rows = Decision.objects.filter(pk__in=told).select_related("responsible", "settled_by").order_by("-pk")
    return Log(cards_of(rows, agent, lambda row: ticket, known))


def cards_of(
    rows: Iterable[Decision], agent: Agent, ticket_of: Callable[[Decision], Ticket], known: Known | None = None
) -> list[Card]:
    found = entries(rows, known)
    authors = names({entry.decision.author for entry in found}, agent)
    like, odd = _like(found, agent), _exceptions(found)
    return [
        Card(
            entry,
            authors[entry.decision.author],
            _may_say(entry.decision, agent, ticket_of(entry.decision)),
            entry.decision.is_pending and may(agent, EFFECTS[entry.decision.question].needs, ticket_of(entry.decision)),
            entry.decision.pk in odd,
            entry.decision.pk in odd and may(agent, EFFECTS["topic"].needs, ticket_of(entry.decision)),
            like.get(entry.nearest),
        )
        for entry in found
    ]


def _like(found: Sequence[Entry], agent: Agent) -> dict[int, Ticket]:
    """The earlier concerns that were likened to, by number; of what this agent may not see nothing at all."""
    numbers = {entry.nearest for entry in found if entry.nearest}
    rows = Ticket.objects.visible_to(agent).filter(pk__in=numbers).only("number", "subject") if numbers else ()
    return {row.pk: row for row in rows}


def _exceptions(found: Sequence[Entry]) -> set[int]:
    """Of decisions on a topic that a person settled: those whose concern is an exception."""
    settled = [one.decision for one in found if one.decision.question == "topic" and one.decision.settled_as]
    tickets = {one.ticket_id for one in settled}
    rows = Told.objects.filter(ticket__in=tickets, is_exception=True) if tickets else Told.objects.none()
    odd = set(rows.values_list("ticket_id", flat=True))
    return {one.pk for one in settled if one.ticket_id in odd}


def _may_say(decision: Decision, agent: Agent, ticket: Ticket) -> bool:
    """What was only tried out nobody has to judge, nor what was decided on a ticket that is carried on elsewhere, but
    where the customer waits for it."""
    is_asked = ticket.joined_into_id is None or decision.contested_at is not None
    is_here = ticket.pk == decision.ticket_id and is_asked
    needs = EFFECTS[decision.question].needs
    return is_here and decision.is_open and not decision.is_shadow and may(agent, needs, ticket)


def form_address(decision: Decision) -> str:
    """Where a person does what was proposed."""
    if decision.question == "refund":
        there = reverse("workspace:ticket-concessions", args=[decision.ticket_id])
        return f"{there}?{urlencode({'decision': decision.pk})}#give-amount"
    # The number makes it another address, so that the page is drawn anew where one is on it already.
    there = reverse("workspace:ticket", args=[decision.ticket_id])
    return f"{there}?{urlencode({'taken': decision.pk})}#id_text"


def sentence(entry: Entry) -> str:
    """Why, how sure, who answers for it, and what became of it: beside the line in the timeline."""
    parts = [entry.why]
    if entry.decision.choice:
        parts.append(_("How sure: %(how)s.") % {"how": entry.how_sure})
    if entry.decision.responsible is not None:
        parts.append(_("%(name)s answers for it.") % {"name": entry.decision.responsible.name})
    if after := _after(entry):
        parts.append(after)
    return " ".join(parts)


def _after(entry: Entry) -> str:
    by = entry.decision.settled_by.name if entry.decision.settled_by is not None else ""
    match entry.effect:
        case "shadow":
            return _("Only tried out, without any effect.")
        case "waits":
            return _("It waits for a person.")
        case "delayed":
            return _("It can still be stopped.")
        case "corrected":
            return _("%(name)s chose instead: %(choice)s.") % {"name": by, "choice": entry.settled_choice}
    return ""
