"""A customer's word on automation: none of it for them, without any disadvantage."""

from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.customers import verbs
from anliegen.records.customers.models import Person


def want_people(person: Person, *, actor: Actor, at: datetime) -> Person:
    """From now on nothing of this customer is handled by automation. Does nothing if it is so already."""
    return _set(person, at, actor, at)


def content_with_automation(person: Person, *, actor: Actor, at: datetime) -> Person:
    """The customer, or an agent who was told so, takes that back. Raises NeedsAPerson for a machine."""
    actor.insist_on_a_person()
    return _set(person, None, actor, at)


def _set(person: Person, since: datetime | None, actor: Actor, at: datetime) -> Person:
    with unit():
        person = held(Person, person.pk)
        if (person.by_hand_since is None) == (since is None):
            return person
        person.by_hand_since = since
        person.save(update_fields=["by_hand_since"])
        verb = verbs.PERSON_AUTOMATIC if since is None else verbs.PERSON_BY_HAND
        record(verb, person, actor=actor, at=at)
    return person
