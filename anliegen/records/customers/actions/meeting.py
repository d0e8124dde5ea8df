"""Meeting people, and what we know of them: names, addresses, organisations."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from anliegen.ground import rows, text
from anliegen.ground.held import held
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.customers import verbs
from anliegen.records.customers.models import Address, Organisation, Person


class AddressTaken(Exception):
    """The address belongs to somebody else."""


def meet(*, kind: str, value: str, name: str, language: str = "", actor: Actor, at: datetime) -> Address:
    """The address of the person behind it; both are created when nobody has it yet.

    `actor` says who acts. With SYSTEM it is the person themselves who gets in touch.
    A name is taken up only when the person had none.
    """
    known = find(kind=kind, value=value)
    if known is None:
        return welcome(
            kind=kind,
            value=value,
            name=name,
            language=language,
            organisation_id=organisations_of([value]).get(fold_address(kind, value)) if kind == "email" else None,
            actor=actor,
            at=at,
        )
    return meet_again(known, name=name, actor=actor, at=at)


def meet_again(known: Address, *, name: str, actor: Actor, at: datetime) -> Address:
    """Somebody we know writes from this address; a name is taken up only when they had none."""
    if name and not known.person.name:
        rows.write()
        known.person = change(known.person, actor=actor, at=at, name=name[:200])
    return known


def welcome(
    *, kind: str, value: str, name: str, language: str, organisation_id: int | None, actor: Actor, at: datetime
) -> Address:
    """The address and the person of somebody who gets in touch for the first time; `actor` as for `meet`."""
    if rows.is_deferred():
        return _welcome(kind, value, name, language, organisation_id, actor, at)
    try:
        with transaction.atomic():  # with a savepoint: the refusal is caught below
            return _welcome(kind, value, name, language, organisation_id, actor, at)
    except IntegrityError:
        # Somebody else met the same person at the same moment: take theirs.
        return Address.objects.select_related("person").get(kind=kind, folded=fold_address(kind, value))


def find_many(kind: str, values: Iterable[str]) -> dict[str, Address]:
    """The known ones among these addresses, each with its person, by their folded form."""
    folded = {fold_address(kind, value) for value in values}
    found = Address.objects.select_related("person").filter(kind=kind, folded__in=folded)
    return {address.folded: address for address in found}


def organisations_of(mail_addresses: Iterable[str]) -> dict[str, int]:
    """The organisations that claimed the domains of these mail addresses as their own, by the folded address."""
    domains = {folded: folded.rpartition("@")[2] for folded in (fold_address("email", one) for one in mail_addresses)}
    claimed = Organisation.objects.filter(domain__in={domain for domain in domains.values() if domain})
    owners = dict(claimed.values_list("domain", "pk"))
    return {folded: owners[domain] for folded, domain in domains.items() if domain in owners}


def find(*, kind: str, value: str) -> Address | None:
    return Address.objects.select_related("person").filter(kind=kind, folded=fold_address(kind, value)).first()


def create_person(*, actor: Actor, at: datetime, **fields: Any) -> Person:
    """A person without an address yet, such as the sender of a letter."""
    with unit():
        person = Person.objects.create(created_at=at, folded=_folded(fields.get("name", "")), **fields)
        record(verbs.PERSON_MET, person, actor=actor, at=at)
    return person


def change(person: Person, *, actor: Actor, at: datetime, **fields: Any) -> Person:
    """Change what we know of a person; only what differs."""
    actor.insist_on_a_person()
    with unit():
        person = held(Person, person.pk)
        changed = sorted(field for field, value in fields.items() if getattr(person, field) != value)
        if not changed:
            return person
        for field in changed:
            setattr(person, field, fields[field])
        person.folded = _folded(person.name)
        person.save(update_fields=[*changed, "folded"])
        record(verbs.PERSON_CHANGED, person, actor=actor, at=at, fields=changed)
    return person


def add_address(person: Person, *, kind: str, value: str, actor: Actor, at: datetime) -> Address:
    """Give a person one more address. Raises AddressTaken when somebody else has it."""
    with unit():
        address, is_new = Address.objects.get_or_create(
            kind=kind,
            folded=fold_address(kind, value),
            defaults={"person": person, "value": value.strip(), "created_at": at},
        )
        if address.person_id != person.pk:
            raise AddressTaken(value)
        if is_new:
            record(verbs.ADDRESS_ADDED, person, actor=actor, at=at, address=ref(address))
    return address


def create_organisation(*, name: str, domain: str = "", actor: Actor, at: datetime) -> Organisation:
    with unit():
        organisation = Organisation.objects.create(
            name=name, domain=domain.lower(), folded=_folded(name), created_at=at
        )
        record(verbs.ORGANISATION_CREATED, organisation, actor=actor, at=at)
    return organisation


def put_into_organisation(person: Person, *, name: str, actor: Actor, at: datetime) -> Person:
    """Say for whom a person speaks: the organisation of this name, made when there is none. An empty name: for nobody.

    Does nothing when it is so already. A name longer than its column is cut.
    """
    actor.insist_on_a_person()
    name = " ".join(name.split())[:200]
    with unit():
        person = held(Person, person.pk)
        if person.organisation is not None and _is_called(person.organisation, name):
            return person
        organisation = _organisation_called(name) if name else None
        if name and organisation is None:
            organisation = create_organisation(name=name, actor=actor, at=at)
        return change(person, actor=actor, at=at, organisation=organisation)


def fold_address(kind: str, value: str) -> str:
    """How addresses are compared: mail in lower case, telephone numbers as digits, in E.164 where known."""
    if kind == "phone":
        digits = re.sub(r"[^0-9+]", "", _without_bracketed_zero(value))
        if digits.startswith("00"):
            return f"+{digits[2:]}"
        return f"+49{digits[1:]}" if digits.startswith("0") else digits
    return value.strip().lower()[:320]


def _without_bracketed_zero(number: str) -> str:
    """+49 (0) 341 is +49 341: the zero in brackets is dialled only inside the country."""
    return re.sub(r"\(\s*0\s*\)", "", number) if number.lstrip().startswith(("+", "00")) else number


def _folded(name: str) -> str:
    """Folding may make a name longer (ß becomes ss), and the column has its limit."""
    return text.fold(name)[:200]


def _organisation_called(name: str) -> Organisation | None:
    """The oldest of this name. Folding only finds: Mäder and Mader fold alike and are two."""
    alike = Organisation.objects.filter(folded=_folded(name)).order_by("pk")
    return next((one for one in alike if _is_called(one, name)), None)


def _is_called(organisation: Organisation, name: str) -> bool:
    return " ".join(organisation.name.split()).casefold() == name.casefold()


def _welcome(
    kind: str, value: str, name: str, language: str, organisation_id: int | None, actor: Actor, at: datetime
) -> Address:
    person = rows.insert(
        Person(
            name=name[:200],
            folded=_folded(name),
            language=language,
            created_at=at,
            organisation_id=organisation_id,
        )
    )
    address = rows.insert(
        Address(
            person=person,
            kind=kind,
            value=value.strip()[:320],
            folded=fold_address(kind, value),
            created_at=at,
        )
    )
    record(verbs.PERSON_MET, person, actor=Actor.person(person.pk) if actor == SYSTEM else actor, at=at)
    return address
