"""Reads over customers: who may be the same person, what is known of one, what merging would move."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from anliegen.records.customers.likeness import Likeness, Traits, likeness
from anliegen.records.customers.models import Address, Consent, Distinct, Fact, Merge, Moment, Person

MOST_CANDIDATES = 50
MOST_PROPOSED = 5


def carried_on(person: Person) -> Person:
    """The person as whom this one is carried on: themselves, unless they were merged."""
    while person.merged_into is not None:
        person = person.merged_into
    return person


def once_merged(person: int) -> list[int]:
    """The keys of all who were merged into this person, directly or by another."""
    found: list[int] = []
    below = [person]
    while below := list(Person.objects.filter(merged_into__in=below).values_list("pk", flat=True)):
        found += below
    return found


@dataclass(frozen=True)
class Proposal:
    """Somebody who is perhaps the same person, and why."""

    person: Person
    likeness: Likeness


def likely_duplicates(person: Person, mentioned: Iterable[str] = ()) -> list[Proposal]:
    """Who is likely to be the same person, the likeliest first; nobody of whom somebody said that they are different.

    `mentioned` are the folded addresses in the signatures of their mails.
    """
    mentioned = frozenset(mentioned)
    candidates = _candidates(person, mentioned)
    traits = _traits([person, *candidates])
    own = _with(traits[person.pk], mentioned)
    proposals = [Proposal(one, likeness(own, traits[one.pk])) for one in candidates]
    likely = [one for one in proposals if one.likeness.is_likely]
    return sorted(likely, key=lambda one: (-one.likeness.score, one.person.pk))[:MOST_PROPOSED]


def how_alike(one: Person, other: Person, mentioned: Iterable[str] = (), *, claimed: bool = False) -> Likeness:
    """How much speaks for it that these two are one person."""
    traits = _traits([one, other])
    return likeness(_with(traits[one.pk], frozenset(mentioned)), traits[other.pk], claimed=claimed)


@dataclass(frozen=True)
class Told:
    """What somebody told us, the newest first."""

    facts: list[Fact]
    moments: list[Moment]
    consents: list[Consent]


def told_by(person: Person) -> Told:
    facts = Fact.objects.kept().filter(person=person).select_related("category")
    return Told(
        list(facts.order_by("-pk")),
        list(moments_of(person)),
        list(Consent.objects.filter(person=person).order_by("withdrawn_at", "-pk")),
    )


def moments_of(person: Person) -> "QuerySet[Moment]":
    """What everybody who answers should know, the newest first."""
    return Moment.objects.kept().filter(person=person).order_by("-pk")


def noted_since(person: Person, since: datetime, moved: dict[str, list[int]]) -> dict[str, int]:
    """How many facts, moments, consents and addresses a person got since, without those of `moved`."""
    asked: dict[str, QuerySet[Any]] = {
        "fact": Fact.objects.kept().filter(person=person, noted_at__gte=since),
        "moment": Moment.objects.kept().filter(person=person, noted_at__gte=since),
        "consent": Consent.objects.filter(person=person, noted_at__gte=since),
        "address": Address.objects.filter(person=person, created_at__gte=since),
    }
    counts = {kind: rows.exclude(pk__in=moved.get(kind, [])).count() for kind, rows in asked.items()}
    return {kind: count for kind, count in counts.items() if count}


def merges_of(person: Person) -> list[Merge]:
    """Who was merged with this person, the newest first; also what was taken back."""
    either = Merge.objects.filter(Q(gone=person) | Q(into=person))
    return list(either.select_related("gone", "into").order_by("-merged_at", "-pk"))


def _candidates(person: Person, mentioned: frozenset[str]) -> list[Person]:
    looks_alike = Q(pk__in=())  # nobody, until something speaks for it
    if len(person.folded.split()) > 1:
        looks_alike |= Q(folded=person.folded)
    if person.street:
        looks_alike |= Q(street=person.street, postcode=person.postcode)
    if mentioned:
        looks_alike |= Q(pk__in=Address.objects.filter(folded__in=mentioned).values("person"))
    others = Person.objects.filter(looks_alike, merged_into=None).exclude(pk=person.pk)
    different = [
        one if other == person.pk else other
        for one, other in Distinct.objects.filter(Q(one=person) | Q(other=person)).values_list("one_id", "other_id")
    ]
    return list(others.exclude(pk__in=different).order_by("pk")[:MOST_CANDIDATES])


def _traits(people: list[Person]) -> dict[int, Traits]:
    addresses: dict[int, dict[str, set[str]]] = {one.pk: {"email": set(), "phone": set()} for one in people}
    known = Address.objects.filter(person__in=people).values_list("person_id", "kind", "folded")
    for person, kind, folded in known:
        addresses[person][kind].add(folded)
    return {
        one.pk: Traits(
            name=one.folded,
            organisation=one.organisation_id,
            emails=frozenset(addresses[one.pk]["email"]),
            phones=frozenset(addresses[one.pk]["phone"]),
            street=" ".join(one.street.lower().split()),
            postcode=one.postcode.strip(),
        )
        for one in people
    }


def _with(traits: Traits, mentioned: frozenset[str]) -> Traits:
    return Traits(**{**vars(traits), "mentioned": mentioned})
