"""The ways to reach a person: corrected, preferred, no longer valid, come back."""

from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.customers import verbs
from anliegen.records.customers.actions.meeting import AddressTaken, fold_address
from anliegen.records.customers.models import Address, Person


def correct_address(address: Address, *, value: str, actor: Actor, at: datetime) -> Address:
    """Write an address as it should have been written. What was known of its bounces was known of another.

    Raises AddressTaken when somebody else has it, or this person in another row.
    """
    actor.insist_on_a_person()
    value = value.strip()[:320]
    with unit():
        address = _locked(address)
        if address.value == value:
            return address
        folded = fold_address(address.kind, value)
        if Address.objects.filter(kind=address.kind, folded=folded).exclude(pk=address.pk).exists():
            raise AddressTaken(value)
        if folded != address.folded:
            address.bounced_at, address.bounce_code = None, ""
        address.value, address.folded = value, folded
        address.save(update_fields=["value", "folded", "bounced_at", "bounce_code"])
        _tell(verbs.ADDRESS_CHANGED, address, actor, at)
    return address


def prefer(address: Address, *, actor: Actor, at: datetime) -> Address:
    """The person would rather be reached here than at their other addresses of this kind. One that ended is valid
    again by that."""
    with unit():
        address = _locked(address)
        if address.is_preferred:
            return address
        others = Address.objects.filter(person=address.person_id, kind=address.kind, is_preferred=True)
        others.update(is_preferred=False)
        address.is_preferred, address.ended_at = True, None
        address.save(update_fields=["is_preferred", "ended_at"])
        _tell(verbs.ADDRESS_PREFERRED, address, actor, at)
    return address


def stop_preferring(address: Address, *, actor: Actor, at: datetime) -> Address:
    with unit():
        address = _locked(address)
        if not address.is_preferred:
            return address
        address.is_preferred = False
        address.save(update_fields=["is_preferred"])
        _tell(verbs.ADDRESS_NOT_PREFERRED, address, actor, at)
    return address


def end_address(address: Address, *, actor: Actor, at: datetime) -> Address:
    """It reaches them no more. A mail from it would still be theirs."""
    with unit():
        address = _locked(address)
        if address.ended_at is not None:
            return address
        address.ended_at, address.is_preferred = at, False
        address.save(update_fields=["ended_at", "is_preferred"])
        _tell(verbs.ADDRESS_ENDED, address, actor, at)
    return address


def revive_address(address: Address, *, actor: Actor, at: datetime) -> Address:
    """It is valid after all."""
    with unit():
        address = _locked(address)
        if address.ended_at is None:
            return address
        address.ended_at = None
        address.save(update_fields=["ended_at"])
        _tell(verbs.ADDRESS_REVIVED, address, actor, at)
    return address


def note_bounce(address: Address, *, code: str, actor: Actor, at: datetime) -> Address:
    """A mail to it came back. `code` says why: an enhanced status such as 5.1.1, or a word."""
    with unit():
        address = _locked(address)
        if address.bounced_at is not None and address.bounced_at >= at:
            return address
        address.bounced_at, address.bounce_code = at, code[:40]
        address.save(update_fields=["bounced_at", "bounce_code"])
        record(
            verbs.ADDRESS_BOUNCED,
            f"person:{address.person_id}",
            actor=actor,
            at=at,
            address=ref(address),
            reason=address.bounce_code or None,
        )
    return address


def forget_bounce(address: Address, *, actor: Actor, at: datetime) -> Address:
    """A mail to it arrived, so that what came back before says nothing any more."""
    with unit():
        address = _locked(address)
        if address.bounced_at is None:
            return address
        address.bounced_at, address.bounce_code = None, ""
        address.save(update_fields=["bounced_at", "bounce_code"])
        _tell(verbs.ADDRESS_REACHED, address, actor, at)
    return address


def _locked(address: Address) -> Address:
    """Under the lock of its person, so that two who prefer different ones wait for each other."""
    Person.objects.select_for_update(no_key=True).get(pk=address.person_id)
    return held(Address, address.pk, "person")


def _tell(verb: Verb, address: Address, actor: Actor, at: datetime) -> None:
    record(verb, f"person:{address.person_id}", actor=actor, at=at, address=ref(address))
