"""What people agreed to, and that they no longer do (Art. 7 GDPR): as easily withdrawn as given, at once."""

from datetime import date, datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.customers import verbs
from anliegen.records.customers.models import Consent, Person


def give_consent(
    person: Person,
    *,
    scope: str,
    way: str,
    given_on: date,
    wording: str = "",
    source: str = "",
    actor: Actor,
    at: datetime,
) -> Consent:
    """Keep that somebody agreed: to what, in which words, how and when."""
    actor.insist_on_a_person()
    with unit():
        consent = Consent.objects.create(
            person=person,
            scope=scope,
            wording=wording,
            way=way,
            given_on=given_on,
            source=source,
            noted_by=actor.ref,
            noted_at=at,
        )
        record(verbs.CONSENT_GIVEN, person, actor=actor, at=at, consent=ref(consent), way=way)
    return consent


def withdraw_consent(consent: Consent, *, actor: Actor, at: datetime) -> Consent:
    """It counts no more from now on. Does nothing when it was withdrawn before."""
    actor.insist_on_a_person()
    with unit():
        consent = held(Consent, consent.pk)
        if consent.withdrawn_at is not None:
            return consent
        consent.withdrawn_at, consent.withdrawn_by = at, actor.ref
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(verbs.CONSENT_WITHDRAWN, f"person:{consent.person_id}", actor=actor, at=at, consent=ref(consent))
    return consent


def take_back_withdrawal(consent: Consent, *, actor: Actor, at: datetime) -> Consent:
    """The withdrawal was noted by mistake; the journal keeps both."""
    actor.insist_on_a_person()
    with unit():
        consent = held(Consent, consent.pk)
        if consent.withdrawn_at is None:
            return consent
        consent.withdrawn_at, consent.withdrawn_by = None, ""
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(verbs.CONSENT_RESTORED, f"person:{consent.person_id}", actor=actor, at=at, consent=ref(consent))
    return consent
