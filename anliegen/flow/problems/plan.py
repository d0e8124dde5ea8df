"""What a round would do to one ticket, or why it leaves it out. The preview and the deed both ask here."""

import hashlib
from dataclasses import dataclass

from anliegen.flow.problems.models import Line, Round
from anliegen.flow.problems.wording import said_to
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.customers.actions import fold_address
from anliegen.records.knowledge.placeholders import open_fields
from anliegen.records.tickets.addressees import Pair, addressees_of
from anliegen.records.tickets.content import SPOKEN
from anliegen.records.tickets.models import DONE, Deadline, Draft, Link, Message, Promise, Ticket
from anliegen.records.tickets.seen import as_seen_by
from anliegen.records.tickets.verbs import MESSAGE_QUEUED

PERMISSION = {"answer": "ticket.reply", "close": "ticket.change"}


@dataclass(frozen=True)
class Planned:
    """`why` it is left out, empty when it is not; who would read what; and the newest words of the customer."""

    why: str = ""
    to: tuple[Pair, ...] = ()
    text: str = ""
    heard: int | None = None

    def mark(self, round: Round) -> str:
        """Tells whether the same people would read it, and nobody who they are."""
        addresses = sorted(fold_address("email", address) for _name, address in self.to)
        return hashlib.sha256(f"{round.pk}|{'|'.join(addresses)}".encode()).hexdigest()[:16]


def planned(round: Round, ticket: Ticket, agent: Agent) -> Planned:
    """What would happen to it now. `ticket` is read with person, team and brand."""
    heard = newest_heard(ticket)
    if why := _barred(round, ticket, agent):
        return Planned(why, heard=heard)
    if round.kind == "close":
        return Planned(_unfinished(ticket), heard=heard)
    if ticket.channel in SPOKEN:
        return Planned("spoken", heard=heard)
    if Draft.objects.filter(ticket=ticket, kind="reply", review="asked").exists():
        return Planned("approval", heard=heard)
    to = addressees_of(ticket).to
    if not to:
        return Planned("no_address", heard=heard)
    as_seen_by(agent, [ticket])
    text = said_to(ticket, round.text, agent)
    return Planned("open_fields" if open_fields(text) else "", to, text, heard)


def overtaken(line: Line, round: Round, now: Planned) -> str:
    """Why what was shown may no longer be done; empty when nothing has come between."""
    if now.heard != line.heard_id:
        return "wrote_since"
    if round.kind == "answer" and _answered_since(line):
        return "answered_since"
    if round.kind == "answer" and now.mark(round) != line.mark:
        return "other_recipients"
    return ""


def newest_heard(ticket: Ticket) -> int | None:
    """The key of the message that a person wrote and that came in last, whatever the clock said."""
    written = Message.objects.filter(ticket=ticket, direction="in", automatic="")
    return written.order_by("-pk").values_list("pk", flat=True).first()


def _barred(round: Round, ticket: Ticket, agent: Agent) -> str:
    if not may(agent, PERMISSION[round.kind], ticket):
        return "not_allowed"
    if ticket.joined_into_id is not None:
        return "joined"
    if not Link.objects.filter(ticket=ticket, other=round.problem_id, kind="problem").exists():
        return "detached"
    return "done" if ticket.status in DONE else ""


def _unfinished(ticket: Ticket) -> str:
    """Why the concern cannot be called resolved."""
    if ticket.waiting_since is not None:
        return "waiting"
    if Promise.objects.owed().filter(ticket=ticket).exists():
        return "promise"
    return "deadline" if Deadline.objects.open().filter(ticket=ticket).exists() else ""


def _answered_since(line: Line) -> bool:
    """By the journal's order: a clock may be set back."""
    said = Message.objects.filter(ticket=line.ticket_id, direction="out", agent__isnull=False, is_forward=False)
    answers = dict(said.exclude(state="cancelled").values_list("pk", "came_to"))
    subjects = {f"ticket:{came_to or line.ticket_id}" for came_to in answers.values()}
    queued = Event.objects.filter(subject__in=subjects, verb=MESSAGE_QUEUED.name, id__gt=line.seen)
    return any(pk_of(data["message"]) in answers for data in queued.values_list("data", flat=True))
