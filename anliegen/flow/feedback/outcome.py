"""Ask after a resolution, on the status page only (no mail: that would be advertising), and listen to the answer."""

from datetime import datetime
from typing import cast

from anliegen.flow.feedback import verbs
from anliegen.flow.feedback.models import Outcome
from anliegen.ground.held import held
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of, record, ref
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.models import Ticket


class NothingToAnswer(Exception):
    """The concern was not resolved, or is open again, so nothing was asked."""


def ask(event: Event) -> None:
    """Read a `ticket.resolved`: from now on the status page asks."""
    ticket = Ticket.objects.filter(pk=pk_of(event.subject)).first()
    if ticket is None or ticket.resolved_at is None:
        return
    outcome, is_new = Outcome.objects.get_or_create(
        ticket=ticket, resolved_at=ticket.resolved_at, defaults={"asked_at": event.at}
    )
    if is_new:
        record(verbs.OUTCOME_ASKED, ticket, actor=SYSTEM.because_of(event), at=event.at, outcome=ref(outcome))


def latest(ticket: Ticket) -> Outcome | None:
    """What was asked or answered last, also when the answer has opened the ticket again."""
    return Outcome.objects.filter(ticket=ticket).order_by("-resolved_at").first()


def can_be_stated(ticket: Ticket) -> bool:
    """Whether there is a resolution to judge: the present one, or the one that the customer has just turned down."""
    if ticket.resolved_at is not None:
        return True
    last = latest(ticket)
    return last is not None and opens_again(last.answer, last.words)


def opens_again(answer: str, words: str) -> bool:
    """Whether this answer asks for something: a no always does, "partly" when it says what is missing."""
    return answer == "not_fulfilled" or (answer == "partly" and bool(words.strip()))


def state(ticket: Ticket, *, answer: str, words: str, actor: Actor, at: datetime) -> Outcome:
    """Take the customer's answer, or a changed one. Their judgement counts more than ours.

    What asks for something opens the ticket again; changed to an answer that asks for nothing, it is resolved again.
    Words that say what is missing also go into the ticket as a message, since somebody has to answer them.
    Raises NothingToAnswer.
    """
    actor.insist_on_a_person()
    with unit():
        ticket = held(Ticket, ticket.pk)
        outcome = _judged(ticket, at)
        is_news = (outcome.answer, outcome.words) != (answer, words.strip())
        outcome.answer, outcome.words, outcome.stated_at = answer, words.strip(), at
        if not is_news:
            return outcome
        if ticket.resolved_at is None and not opens_again(answer, words):
            ticket = actions.resolve(ticket, actor=actor, at=at)
            outcome.resolved_at = cast(datetime, ticket.resolved_at)
        outcome.save()
        record(
            verbs.OUTCOME_STATED,
            ticket,
            actor=actor,
            at=at,
            outcome=ref(outcome),
            answer=answer,
            has_words=bool(outcome.words),
        )
        if outcome.words and opens_again(answer, words):
            actions.receive(_as_message(ticket, outcome.words, at), ticket=ticket, actor=actor, at=at)
        elif answer == "not_fulfilled":
            actions.reopen(ticket, actor=actor, at=at)
    return outcome


def _judged(ticket: Ticket, at: datetime) -> Outcome:
    """The row of the resolution that is judged; the reader that asks may not have made it yet."""
    if ticket.resolved_at is not None:
        outcome, _is_new = Outcome.objects.get_or_create(
            ticket=ticket, resolved_at=ticket.resolved_at, defaults={"asked_at": at}
        )
        return outcome
    last = latest(ticket)
    if last is None or not opens_again(last.answer, last.words):
        raise NothingToAnswer
    return last


def _as_message(ticket: Ticket, words: str, at: datetime) -> Received:
    return Received(
        channel="form",
        person_id=ticket.person_id,
        text=words,
        reply_text=words,
        language=ticket.language,
        from_name=ticket.person.name,
        written_at=at,
    )
