"""What somebody should know before sending: what others did meanwhile."""

from collections.abc import Sequence

from django.utils.text import Truncator

from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Note, Ticket

LONGEST_NOTE = 160
NOT_ARRIVED = ("message.failed", "message.bounced", "message.unreached", "message.maybe_sent")
WORTH_STOPPING = (
    "message.received",
    "message.queued",
    "message.failed",
    "message.bounced",
    "note.written",
    "ticket.assigned",
    "ticket.moved",
    "ticket.status_changed",
    "ticket.resolved",
    "ticket.closed",
    "ticket.reopened",
    "decision.contested",
    "outcome.stated",
    # A colleague took an answer back, or chose another time for one; said what is to be known, or gave it away.
    "message.cancelled",
    "message.rescheduled",
    "ticket.handed_over",
    "ticket.returned",
    # The concern itself became another: joined, parted, split, with other words above it.
    "ticket.joined",
    "ticket.took_in",
    "ticket.parted",
    "ticket.gave_back",
    "ticket.split",
    "ticket.gave_off",
    "ticket.subject_changed",
    # Put aside or taken up again, a promise made or kept: whoever writes on should know.
    "ticket.snoozed",
    "ticket.woken",
    "promise.made",
    "promise.moved",
    "promise.kept",
    "promise.kept_late",
    "promise.given_up",
    "promise.withdrawn",
)


def news_since(ticket: Ticket, event: int, viewer: Agent) -> list[str]:
    """What others did since this event, in sentences: what somebody should know before sending."""
    happened = Event.objects.filter(subject=f"ticket:{ticket.pk}", id__gt=event).exclude(actor=f"agent:{viewer.pk}")
    told = [one for one in happened.order_by("id")[:50] if _is_worth_stopping(one)]
    told = [one for one in told if not _says_a_handover(one, told)]
    told += _notes_for(viewer, [one for one in happened if one.verb == "note.kept_aside"])
    words, notes = sentences(told, viewer), _notes(told)
    return [words[one.pk] + notes.get(one.pk, "") for one in told]


def _says_a_handover(event: Event, told: Sequence[Event]) -> bool:
    """Whether a handover says the same as this assignment, and more."""
    handed = [one for one in told if one.verb in ("ticket.handed_over", "ticket.returned")]
    return event.verb in ("ticket.assigned", "ticket.moved") and any(
        (one.actor, one.at) == (event.actor, event.at) for one in handed
    )


def _notes_for(viewer: Agent, aside: Sequence[Event]) -> list[Event]:
    """Side notes that are for the viewer; of others not even that there is one."""
    keys = {pk_of(one.data["note"]): one for one in aside}
    readable = Note.objects.readable_by(viewer).filter(pk__in=keys).order_by("pk") if keys else ()
    return [keys[note.pk] for note in readable]


def _notes(told: Sequence[Event]) -> dict[int, str]:
    """What colleagues noted meanwhile, in its beginning: it may change the answer."""
    written = {pk_of(one.data["note"]): one.pk for one in told if one.verb in ("note.written", "note.kept_aside")}
    notes = Note.objects.filter(pk__in=written) if written else ()
    return {written[note.pk]: f": {Truncator(' '.join(note.text.split())).chars(LONGEST_NOTE)}" for note in notes}


def _is_worth_stopping(event: Event) -> bool:
    """What a rule does by itself changes nothing about an answer, except that one did not arrive."""
    by_somebody = event.actor.startswith(("agent:", "person:"))
    return event.verb in (WORTH_STOPPING if by_somebody else (*NOT_ARRIVED, "message.stopped"))
