"""Giving something without having to: inside the leeway at once, beyond it by one other person."""

from dataclasses import dataclass
from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.accounts.models import Agent, ConcessionKind
from anliegen.records.customers.models import Person
from anliegen.records.tickets import leeway, verbs
from anliegen.records.tickets.actions.change import touch
from anliegen.records.tickets.models import Concession, Ticket

ATTEMPTS = 5


class NoApprover(Exception):
    """It is beyond the leeway, and nobody else may decide it."""


class NotYours(Exception):
    """Who asked cannot decide; who neither asked nor decided cannot withdraw."""


class AlreadyDecided(Exception):
    """Somebody was quicker; `concession` is as it is now."""

    def __init__(self, concession: Concession) -> None:
        super().__init__(concession.pk)
        self.concession = concession


class PersonChanged(Exception):
    """The ticket went to another person again and again, while this was tried."""


@dataclass(frozen=True)
class Wish:
    """What is to be given, and why."""

    kind: ConcessionKind
    cents: int
    currency: str
    reason: str


def concede(
    ticket: Ticket, wish: Wish, *, by: Agent, after: int | None = None, actor: Actor, at: datetime
) -> Concession:
    """Grant it at once when it is inside the agent's leeway; else ask who may decide, within the operator's time.

    `after` is the newest one that they had seen: what they wished since in the same words is this wish, sent twice.
    Under the locks of the customer, the agent and the ticket, in this order: two at once never exceed a frame together.
    Raises NoApprover, ValueError for nothing or less.
    """
    actor.insist_on_a_person()
    for _attempt in range(ATTEMPTS):
        with unit():
            if (locked := _locked(ticket, by)) is not None:
                return _wished(locked, wish, by, after) or _concede(locked, wish, by, actor, at)
        ticket = Ticket.objects.get(pk=ticket.pk)
    raise PersonChanged


def grant_concession(concession: Concession, *, answer: str = "", by: Agent, actor: Actor, at: datetime) -> Concession:
    """Decide that it is given, as somebody else than who asked. Raises NotYours, AlreadyDecided."""
    actor.insist_on_a_person()
    with unit():
        concession = _waiting(concession, by)
        concession.state, concession.decided_by, concession.decided_at = "granted", by, at
        concession.answer = answer
        _finish(concession, verbs.CONCESSION_GRANTED, actor, at, at_once=False)
    return concession


def decline_concession(concession: Concession, *, answer: str, by: Agent, actor: Actor, at: datetime) -> Concession:
    """Decide that it is not given, with the reason. Raises NotYours, AlreadyDecided."""
    actor.insist_on_a_person()
    with unit():
        concession = _waiting(concession, by)
        concession.state, concession.decided_by, concession.decided_at = "declined", by, at
        concession.answer = answer
        _finish(concession, verbs.CONCESSION_DECLINED, actor, at)
    return concession


def withdraw_concession(concession: Concession, *, by: Agent, actor: Actor, at: datetime) -> Concession:
    """Take it back: a wish by who asked, what was granted by who asked or decided. Raises NotYours, AlreadyDecided."""
    actor.insist_on_a_person()
    with unit():
        concession = _under_lock(concession)
        if concession.state not in ("waiting", "granted"):
            raise AlreadyDecided(concession)
        if by.pk not in (concession.asked_by_id, concession.decided_by_id):
            raise NotYours
        was, concession.state = concession.state, "withdrawn"
        concession.withdrawn_by, concession.withdrawn_at = by, at
        _finish(concession, verbs.CONCESSION_WITHDRAWN, actor, at, was=was)
    return concession


def pass_concession_on(concession: Concession, *, actor: Actor, at: datetime) -> Concession:
    """Nobody decided in time, or who was asked has left: the next one is asked, with as much time.

    Does nothing to what is neither, nor where somebody has left and nobody else may decide: that waits for its time.
    """
    with unit():
        concession = _under_lock(concession)
        if concession.state != "waiting" or concession.due_at is None:
            return concession
        was = concession.approver
        asked = leeway.approvers(concession.ticket, but=concession.asked_by)
        has_left = was is not None and not was.is_active and bool(asked)
        if concession.due_at > at and not has_left:
            return concession
        concession.approver = leeway.next_of(asked, after=was)
        concession.due_at = leeway.due(concession.ticket.team, at)
        concession.save(update_fields=["approver", "due_at"])
        touch(concession.ticket, at)
        _tell(
            verbs.CONCESSION_OVERDUE,
            concession,
            actor,
            at,
            approver=ref(concession.approver) if concession.approver else None,
            was=ref(was) if was else None,
        )
    return concession


def _wished(ticket: Ticket, wish: Wish, by: Agent, after: int | None) -> Concession | None:
    """The same wish, where it has come already."""
    if after is None:
        return None
    wished = {"kind": wish.kind, "cents": wish.cents, "currency": wish.currency, "reason": wish.reason}
    same = Concession.objects.filter(ticket=ticket, asked_by=by, pk__gt=after, **wished)
    return same.exclude(state="withdrawn").select_related("approver").first()


def _concede(ticket: Ticket, wish: Wish, by: Agent, actor: Actor, at: datetime) -> Concession:
    verdict = leeway.verdict(ticket, by, kind=wish.kind.pk, cents=wish.cents, currency=wish.currency, at=at)
    concession = Concession(
        ticket=ticket,
        kind=wish.kind,
        cents=wish.cents,
        currency=wish.currency,
        reason=wish.reason,
        state="granted" if verdict.is_inside else "waiting",
        is_at_once=verdict.is_inside,
        asked_by=by,
        asked_as_id=by.role_id,
        asked_at=at,
    )
    if verdict.is_inside:
        concession.decided_by, concession.decided_at = by, at
        concession.save()
        _tell(verbs.CONCESSION_GRANTED, concession, actor, at, at_once=True)
    else:
        asked = leeway.approvers(ticket, but=by)
        if not asked:
            raise NoApprover
        concession.approver, concession.due_at = asked[0], leeway.due(ticket.team, at)
        concession.save()
        _tell(verbs.CONCESSION_WAITING, concession, actor, at, approver=ref(asked[0]))
    touch(ticket, at)
    return concession


def _locked(ticket: Ticket, by: Agent) -> Ticket | None:
    """The ticket under lock, after its customer and the agent; None when it went to another customer meanwhile."""
    person = Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=ticket.person_id)
    Agent.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
    locked = held(Ticket, ticket.pk, "team")
    return locked if locked.person_id == person.pk else None


def _under_lock(concession: Concession) -> Concession:
    """The ticket first, as everybody who changes both."""
    ticket = held(Ticket, concession.ticket_id, "team")
    rows = Concession.objects.select_for_update(of=("self",)).select_related("asked_by", "approver", "kind")
    found = rows.get(pk=concession.pk)
    found.ticket = ticket
    return found


def _waiting(concession: Concession, by: Agent) -> Concession:
    """Under the lock of the customer, too: what is granted counts for whoever looks what is left at this moment."""
    customer = Ticket.objects.values("person").filter(pk=concession.ticket_id)
    Person.objects.select_for_update(no_key=True, of=("self",)).get(pk__in=customer)
    concession = _under_lock(concession)
    if concession.state != "waiting":
        raise AlreadyDecided(concession)
    if by.pk == concession.asked_by_id:
        raise NotYours
    return concession


def _finish(concession: Concession, verb: Verb, actor: Actor, at: datetime, **more: object) -> None:
    concession.save()
    touch(concession.ticket, at)
    _tell(verb, concession, actor, at, **more)


def _tell(verb: Verb, concession: Concession, actor: Actor, at: datetime, **more: object) -> None:
    record(
        verb,
        f"ticket:{concession.ticket_id}",
        actor=actor,
        at=at,
        concession=ref(concession),
        kind=f"concessionkind:{concession.kind_id}",
        cents=concession.cents,
        currency=concession.currency,
        **more,
    )
