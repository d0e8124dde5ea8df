"""Every write to rounds: begin, ask, carry out, take back. Few are done at once, many by a job, a chunk at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Count

from anliegen.flow.problems import verbs
from anliegen.flow.problems.models import ON_ITS_WAY, Line, Round
from anliegen.flow.problems.plan import overtaken, planned
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.ground.wake import database_is_away
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.linked import attached_to
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.queries import newest_events

log = structlog.get_logger(__name__)

AT_ONCE = 25  # lines in one transaction, and as many as are done without a job
WITH = ("person", "team", "assignee", "brand", "mailbox")


class OnItsWay(Exception):
    """Something is under way for this problem already; `round` is that."""

    def __init__(self, round: Round) -> None:
        super().__init__(round.pk)
        self.round = round


@dataclass(frozen=True)
class Progress:
    """How many lines stand how."""

    waiting: int = 0
    left: int = 0
    done: int = 0
    undone: int = 0
    kept: int = 0
    new: int = 0

    @property
    def all(self) -> int:
        return self.waiting + self.left + self.done + self.undone + self.kept + self.new


def begin(problem: Ticket, *, kind: str, text: str = "", status: str, actor: Actor, at: datetime) -> Round:
    """A preview for all that hangs on the problem now. It says nothing to the journal: nothing has happened."""
    actor.insist_on_a_person()
    with unit():
        made = Round.objects.create(
            problem=problem, kind=kind, text=text, status=status, agent_id=actor.pk or 0, made_at=at
        )  # fmt: skip
        seen = newest_events(attached_to(problem))
        lines = (Line(round=made, ticket_id=pk, seen=newest) for pk, newest in seen)
        Line.objects.bulk_create(lines, batch_size=1000)
    look_at_some(made)
    return Round.objects.get(pk=made.pk)


def look_at_some(made: Round) -> bool:
    """Say of the next lines what would happen to them. Whether there are more."""
    with transaction.atomic():
        made = _locked(made)
        if made.state != "looking":
            return False
        lines = _next(made, "new")
        for line in lines:
            now = planned(made, line.ticket, made.agent)
            line.state, line.why = ("left", now.why) if now.why else ("waiting", "")
            line.heard_id, line.mark = now.heard, now.mark(made) if made.kind == "answer" else ""
        Line.objects.bulk_update(lines, ["state", "why", "heard", "mark"])
        return _goes_on(made, "new", "shown")


def ask(made: Round, *, actor: Actor, at: datetime) -> Round:
    """Have it done. An answer begins when it can no longer be undone; until then nothing at all has happened.

    A second time nothing happens. Raises OnItsWay while another one is.
    """
    actor.insist_on_a_person()
    with unit():
        held(Ticket, made.problem_id)
        made = _locked(made)
        if made.state != "shown":
            return made
        other = Round.objects.filter(problem=made.problem_id, state__in=ON_ITS_WAY).first()
        if other is not None:
            raise OnItsWay(other)
        wait = timedelta(seconds=the_operator().undo_seconds if made.kind == "answer" else 0)
        made.state, made.begins_at = "asked", at + wait
        made.save(update_fields=["state", "begins_at"])
        count = made.lines.filter(state="waiting").count()
        record(verbs.ROUND_ASKED, made.problem, actor=actor, at=at, round=ref(made), count=count)
    if made.kind == "close":
        carry_out_some(made, at=at)
    return Round.objects.get(pk=made.pk)


def carry_out_some(made: Round, *, at: datetime) -> bool:
    """Do the next lines, if it is time. Whether there are more. Killed in between, what is done is marked as done."""
    with transaction.atomic():
        made = _locked(made)
        if made.state != "asked" or not made.begins_by(at):
            return False
        lines = _next(made, "waiting")
        for line in lines:
            _each(line, lambda line: _carry_out(made, line, at))
        Line.objects.bulk_update(lines, ["state", "why", "message", "was"])
        return _goes_on(made, "waiting", "done", at)


def undo(made: Round, *, actor: Actor, at: datetime) -> Round:
    """Take all of it back: before it began nothing has to be called back, afterwards what has not left yet."""
    actor.insist_on_a_person()
    with unit():
        held(Ticket, made.problem_id)
        made = _locked(made)
        if made.state not in ("asked", "done"):
            return made
        other = Round.objects.filter(problem=made.problem_id, state__in=ON_ITS_WAY).exclude(pk=made.pk).first()
        if other is not None:
            raise OnItsWay(other)
        made.lines.filter(state="waiting").update(state="undone")
        made.state, made.undone_at = "undoing", at
        made.save(update_fields=["state", "undone_at"])
    undo_some(made, actor=actor, at=at)
    return Round.objects.get(pk=made.pk)


def undo_some(made: Round, *, actor: Actor, at: datetime) -> bool:
    """Take the next lines back. Whether there are more."""
    actor.insist_on_a_person()
    with transaction.atomic():
        made = _locked(made)
        if made.state != "undoing":
            return False
        lines = _next(made, "done")
        for line in lines:
            _each(line, lambda line: _take_back(made, line, actor, at), otherwise="kept")
        Line.objects.bulk_update(lines, ["state", "why"])
        return _goes_on(made, "done", "undone", at, actor)


def progress(made: Round) -> Progress:
    counts = made.lines.order_by().values_list("state").annotate(n=Count("pk"))
    return Progress(**dict(counts))


def _carry_out(made: Round, line: Line, at: datetime) -> None:
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related(*WITH).get(pk=line.ticket_id)
    now = planned(made, ticket, made.agent)
    if why := now.why or overtaken(line, made, now):
        line.state, line.why = "left", why
        return
    line.was = ticket.status
    actor = Actor.agent(made.agent_id)
    if made.kind == "close":
        tickets.resolve(ticket, actor=actor, at=at)
    else:
        line.message = tickets.reply(
            ticket,
            Answer(text=now.text),
            actor=actor,
            at=at,
            status=made.status,
            expected_to=[address for _name, address in now.to],
        )
    line.state = "done"


def _take_back(made: Round, line: Line, actor: Actor, at: datetime) -> None:
    if made.kind == "close":
        ticket = held(Ticket, line.ticket_id)
        line.state = "undone" if ticket.status == made.status else "kept"
        if line.state == "undone":
            was = "open" if line.was == "new" else line.was
            tickets.change(ticket, tickets.Change(status=was), actor=actor, at=at)
        return
    if line.message is None:
        line.state = "kept"
        return
    message = tickets.cancel(line.message, actor=actor, at=at)
    line.state = "undone" if message.state == "cancelled" else "kept"


def _each(line: Line, deed: Callable[[Line], None], *, otherwise: str = "left") -> None:
    """One that fails by our own fault keeps no other waiting; it is named, and the log says what it was."""
    try:
        with transaction.atomic():
            deed(line)
    except Exception as error:
        if database_is_away(error):
            raise
        log.exception("a line of a round failed", line=line.pk, ticket=line.ticket_id)
        line.state, line.why, line.message = otherwise, "our_error", None


def _next(made: Round, state: str) -> list[Line]:
    lines = made.lines.filter(state=state).select_related(*(f"ticket__{name}" for name in WITH), "message")
    return list(lines.order_by("pk")[:AT_ONCE])


def _locked(made: Round) -> Round:
    rows = Round.objects.select_for_update(of=("self",)).select_related("agent__role", "problem")
    return rows.get(pk=made.pk)


def _goes_on(made: Round, state: str, end: str, at: datetime | None = None, actor: Actor | None = None) -> bool:
    """Whether lines of this state are left; if not, the round has come to this end."""
    if made.lines.filter(state=state).exists():
        return True
    made.state = end
    made.done_at = at if end == "done" else made.done_at
    made.save(update_fields=["state", "done_at"])
    if end != "shown":
        counts = progress(made)
        about = {"round": ref(made), "count": counts.undone, "left": counts.kept}
        if end == "done":
            about |= {"count": counts.done, "left": counts.left}
        verb = verbs.ROUND_DONE if end == "done" else verbs.ROUND_UNDONE
        record(verb, made.problem, actor=actor or Actor.agent(made.agent_id), at=at or made.made_at, **about)
    return False
