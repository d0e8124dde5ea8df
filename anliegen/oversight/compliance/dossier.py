"""Everything of one ticket, for files and courts: as a stable JSON, from which a page and a PDF are made too.

The shape is `FORMAT`; docs/oversight-compliance.md says what stands where. A field is added, never given another
meaning; what would break a reader is a new format.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance.decided import decided
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import Attachment, Message, Note, Participant, Promise, Ticket, Translation
from anliegen.records.tickets.queries import events_of

FORMAT = "anliegen.ticket/1"
# What colleagues tell each other: left out with the notes.
INTERNAL = ("note.written", "note.withdrawn", "ticket.mentioned", "mention.settled")
# What is for its author and a few colleagues alone stays out of every file.
ASIDE = ("note.kept_aside",)
# What a version that was not let speak would have said had no part in it.
TRIED = ("decision.tried",)
Json = dict[str, Any]


def dossier(ticket: Ticket, *, viewer: Agent, with_notes: bool, at: datetime) -> Json:
    """The ticket as far as this agent may read it. Without the right to read customers these are numbers."""
    reads_people = may(viewer, "customer.read")
    with_notes = with_notes and may(viewer, "ticket.note")
    left_out = (*ASIDE, *TRIED) if with_notes else (*ASIDE, *TRIED, *INTERNAL)
    events = [event for event in events_of(ticket) if event.verb not in left_out]
    messages = list(ticket.messages.select_related("person", "agent", "reviewed_by").order_by("created_at", "pk"))
    kept = ticket.notes.readable_by(None).select_related("agent").order_by("created_at", "pk")
    notes = list(kept) if with_notes else []
    return {
        "format": FORMAT,
        "made_at": _time(at),
        "made_by": viewer.name,
        "with_notes": with_notes,
        "with_customer_data": reads_people,
        "ticket": _ticket(ticket, with_notes),
        "customer": _customer(ticket, reads_people),
        "participants": _participants(ticket) if reads_people else [],
        "messages": _messages(messages, reads_people),
        "promises": [_promise(one) for one in ticket.promises.with_names().order_by("made_at", "pk")],
        "notes": [_note(note) for note in notes],
        "decisions": decided(ticket.pk, viewer),
        "events": _events(events, viewer),
    }


def _ticket(ticket: Ticket, with_notes: bool) -> Json:
    return {
        "number": ticket.pk,
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
        "channel": ticket.channel,
        "topic": ticket.topic or None,
        "tags": list(ticket.tags),
        "language": ticket.language or None,
        "team": ticket.team.name if ticket.team else None,
        "assignee": ticket.assignee.name if ticket.assignee else None,
        "responsible": ticket.responsible.name if ticket.responsible else None,
        "joined_into": ticket.joined_into_id,
        "opened_at": _time(ticket.created_at),
        "last_message_at": _time(ticket.last_message_at),
        "first_answered_at": _time(ticket.first_answered_at),
        "waiting_since": _time(ticket.waiting_since),
        "due_at": _time(ticket.due_at),
        "promised_for": _time(ticket.promised_for),
        "snoozed_until": _time(ticket.snoozed_until),
        "snooze_reason": (ticket.snooze_reason or None) if with_notes else None,
        "resolved_at": _time(ticket.resolved_at),
        "closed_at": _time(ticket.closed_at),
    }


def _customer(ticket: Ticket, reads_people: bool) -> Json:
    person = ticket.person
    if not reads_people:
        return {"number": person.pk}
    return {
        "number": person.pk,
        "name": person.name,
        "address_form": person.address_form or None,
        "language": person.language or None,
        "organisation": person.organisation.name if person.organisation else None,
        "addresses": [{"kind": one.kind, "value": one.value} for one in person.addresses.order_by("pk")],
    }


def _participants(ticket: Ticket) -> list[Json]:
    rows = Participant.objects.filter(ticket=ticket).select_related("address").order_by("pk")
    return [{"kind": one.address.kind, "value": one.address.value, "role": one.role} for one in rows]


def _messages(messages: Sequence[Message], reads_people: bool) -> list[Json]:
    files: dict[int, list[Json]] = {}
    for file in Attachment.objects.filter(message__in=messages).order_by("pk"):
        files.setdefault(file.message_id, []).append(_file(file))
    translations: dict[int, list[Json]] = {}
    for one in Translation.objects.newest().filter(message__in=messages).order_by("language", "pk"):
        translations.setdefault(one.message_id, []).append(_translation(one))
    return [_message(one, files.get(one.pk, []), translations.get(one.pk, []), reads_people) for one in messages]


def _message(message: Message, files: list[Json], translations: list[Json], reads_people: bool) -> Json:
    known: Json = {
        "number": message.pk,
        "at": _time(message.created_at),
        "written_at": _time(message.written_at),
        "sent_at": _time(message.sent_at),
        "direction": message.direction,
        "channel": message.channel,
        "state": message.state,
        "author": _author(message, reads_people),
        "subject": message.subject,
        "text": message.text,
        "language": message.language or None,
        "translations": translations,
        "automatic": message.automatic or None,
        "authenticity": message.authenticity or None,
        "files": files,
    }
    if reads_people:
        known |= {
            "from": {"name": message.from_name, "address": message.from_address},
            "to": message.to,
            "cc": message.cc,
            "message_id": message.rfc_message_id or None,
        }
    return known


def _author(message: Message, reads_people: bool) -> Json:
    kind = message.author_kind
    if kind == "person":
        name = message.person.name if message.person and reads_people else None
        return {"kind": kind, "name": name, "number": message.person_id, "model": None, "reviewed_by": None}
    name = message.agent.name if message.agent else message.rule
    reviewer = message.reviewed_by.name if message.reviewed_by else None
    model = message.model or None
    return {"kind": kind, "name": name, "number": message.agent_id, "model": model, "reviewed_by": reviewer}


def _translation(one: Translation) -> Json:
    """The version that counts, and who or what made it: a model's is never a person's."""
    return {
        "number": one.pk,
        "language": one.language,
        "version": one.version,
        "text": one.text,
        "kind": one.kind,
        "author": one.agent.name if one.agent else None,
        "model": one.model or None,
        "made_at": _time(one.made_at),
    }


def _file(file: Attachment) -> Json:
    return {
        "filename": file.filename,
        "content_type": file.content_type,
        "size": file.size,
        "sha256": file.sha256,
        "inline": file.is_inline,
    }


def _promise(promise: Promise) -> Json:
    owner = promise.agent or promise.team
    return {
        "number": promise.pk,
        "made_at": _time(promise.made_at),
        "made_by": promise.made_by.name,
        "message": promise.message_id,
        "words": promise.words,
        "owner": owner.name if owner else None,
        "first_due_at": _time(promise.first_due_at),
        "due_at": _time(promise.due_at),
        "state": promise.state,
        "reason": promise.reason or None,
        "told_at": _time(promise.told_at),
        "broken_at": _time(promise.broken_at),
        "settled_at": _time(promise.settled_at),
    }


def _note(note: Note) -> Json:
    return {
        "number": note.pk,
        "at": _time(note.created_at),
        "author": note.agent.name if note.agent else None,
        "text": note.text,
    }


def _events(events: Sequence[Event], viewer: Agent) -> list[Json]:
    said = sentences(events, viewer)
    return [
        {
            "position": event.position,
            "at": _time(event.at),
            "verb": event.verb,
            "actor": event.actor,
            "data": event.data,
            "sentence": said[event.pk],
            "hash": bytes(event.hash).hex() if event.hash else None,
        }
        for event in events
    ]


def _time(at: datetime | None) -> str | None:
    return localtime(at).isoformat() if at is not None else None
