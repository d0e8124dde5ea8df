"""What is kept of one person, in one place: to prepare an answer under Art. 15 GDPR. A person checks it before it goes.

It holds what the agent who asks may see; how many concerns were left out stands in it, so that nobody takes it for all.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import record
from anliegen.oversight.compliance import verbs
from anliegen.oversight.compliance.decided import decided_for_customers
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address, Consent, Fact, Merge, Moment, Person
from anliegen.records.tickets.models import Attachment, Concession, Message, Ticket

AT_ONCE = 200
# What is told of each row; what says nothing of the person (folded forms, versions) is left out.
PERSON = (
    *("id", "name", "title", "given_name", "family_name", "address_form", "language", "contact_way", "contact_times"),
    *("street", "postcode", "city", "created_at"),
)
ADDRESS = ("kind", "value", "is_preferred", "ended_at", "bounced_at", "bounce_code", "created_at")
FACT = (
    *("category__name", "said", "kind", "value", "reason", "consent_way", "consented_on", "is_special", "is_explicit"),
    *("expires_on", "renewed_at", "noted_by", "noted_at", "source"),
)
MOMENT = ("kind", "words", "expires_on", "noted_by", "noted_at", "source")
CONSENT = ("scope", "wording", "way", "given_on", "source", "noted_by", "noted_at", "withdrawn_at", "withdrawn_by")
MERGE = ("gone", "into", "evidence", "merged_at", "undone_at")
TICKET = ("number", "subject", "status", "channel", "topic", "tags", "created_at", "resolved_at", "closed_at")
MESSAGE = ("direction", "channel", "from_name", "from_address", "to", "cc", "subject", "text", "written_at", "sent_at")
CONCESSION = ("kind__name", "cents", "currency", "reason", "state", "answer", "asked_at", "decided_at", "withdrawn_at")


def tell(person: Person, agent: Agent, *, actor: Actor, at: datetime) -> Iterator[tuple[str, object]]:
    """Record that it was asked for; then key after key of the JSON.

    Values are plain, with moments and days in them; what may be long is an iterator.
    """
    actor.insist_on_a_person()
    with transaction.atomic():
        record(verbs.PERSON_EXPORTED, person, actor=actor, at=at)
    return _tell(person, agent, at)


def _tell(person: Person, agent: Agent, at: datetime) -> Iterator[tuple[str, object]]:
    own = Ticket.objects.filter(person=person)
    seen = Ticket.objects.visible_to(agent).filter(person=person)
    yield "made_at", at.isoformat()
    yield "left_out_concerns", own.count() - seen.count()
    yield "person", Person.objects.values(*PERSON).get(pk=person.pk)
    yield "organisation", person.organisation.name if person.organisation else None
    yield "addresses", _all(Address, ADDRESS, person=person)
    yield "told_by_the_person", _all(Fact, FACT, person=person, removed_at=None)
    yield "moments", _all(Moment, MOMENT, person=person, removed_at=None)
    yield "consents", _all(Consent, CONSENT, person=person)
    yield "joined_with", [*_all(Merge, MERGE, gone=person), *_all(Merge, MERGE, into=person)]
    yield "concerns", _concerns(seen.order_by("number"), agent)
    events = Event.objects.filter(subject=f"person:{person.pk}").order_by("id")
    yield "journal", list(events.values("at", "verb", "actor", "data"))


def _concerns(tickets: Any, agent: Agent) -> Iterator[dict[str, Any]]:
    for ticket in tickets.values(*TICKET).iterator(chunk_size=AT_ONCE):
        number = ticket["number"]
        messages = Message.objects.filter(ticket=number).order_by("created_at", "pk").values(*MESSAGE)
        files = Attachment.objects.filter(message__ticket=number).order_by("pk").values("filename", "size", "sha256")
        given = _all(Concession, CONCESSION, ticket=number)
        automatic = decided_for_customers(number, agent)
        yield {
            **ticket,
            "messages": list(messages),
            "attachments": list(files),
            "concessions": given,
            "automated_decisions": automatic,
        }


def _all(model: type[Model], fields: tuple[str, ...], **which: Any) -> list[dict[str, Any]]:
    return list(model._default_manager.filter(**which).order_by("pk").values(*fields))
