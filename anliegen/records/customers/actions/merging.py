"""Two rows become one person, and two again: what belongs to the person themselves.

Their tickets are moved by `tickets.actions.merge_people`, which calls this in its own transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from anliegen.ground import text
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.customers import verbs
from anliegen.records.customers.models import Address, Consent, Distinct, Fact, Merge, Moment, Person

BELONGINGS: tuple[type[models.Model], ...] = (Address, Fact, Moment, Consent)
UNPREFERRED = "unpreferred"  # in `Merge.moved`: addresses that had to give up their preference
# Taken over together or not at all: half a name of one and half of another is nobody's.
TAKEN_OVER: tuple[tuple[str, ...], ...] = (
    ("name",),
    ("title", "given_name", "family_name"),
    ("address_form",),
    ("language",),
    ("organisation_id",),
    ("contact_way", "contact_times"),
    ("street", "postcode", "city"),
)


class CannotMerge(Exception):
    """Somebody cannot be merged with themselves, nor twice, nor into somebody who was merged."""


class CannotUnmerge(Exception):
    """It was taken back already, or `into` was itself merged since: that has to be taken back first."""


def lock(*pks: int) -> dict[int, Person]:
    """These people under lock, in the order of their keys, so that nobody waits for who waits for them."""
    found = Person.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=pks).order_by("pk")
    return {one.pk: one for one in found}


def merge(
    gone: Person,
    into: Person,
    *,
    evidence: Sequence[str],
    moved: Mapping[str, list[int]] | None = None,
    actor: Actor,
    at: datetime,
) -> Merge:
    """Carry `gone` on in `into`: addresses, facts, moments and consents go there; what `into` had empty is filled.

    `moved` are rows of other rooms that the caller moved, by kind and key. `gone` stays as it was, so that all of it
    can go back. Raises CannotMerge.
    """
    actor.insist_on_a_person()
    with unit():
        both = lock(gone.pk, into.pk)
        gone, into = both[gone.pk], both[into.pk]
        if gone.pk == into.pk or gone.merged_into_id is not None or into.merged_into_id is not None:
            raise CannotMerge
        ledger: dict[str, list[int]] = {kind: keys for kind, keys in (moved or {}).items() if keys}
        ledger |= _move(gone, into)
        filled = _fill(into, gone)
        gone.merged_into = into
        gone.save(update_fields=["merged_into"])
        Distinct.objects.filter(**_pair(gone, into)).delete()
        kept = Merge.objects.create(
            gone=gone,
            into=into,
            evidence=list(evidence),
            moved=ledger,
            filled=filled,
            merged_by=actor.ref,
            merged_at=at,
        )
        record(verbs.PERSON_MERGED, gone, actor=actor, at=at, into=ref(into), merge=ref(kept), evidence=list(evidence))
        record(verbs.PERSON_TOOK_IN, into, actor=actor, at=at, other=ref(gone), merge=ref(kept))
    return kept


def unmerge(merged: Merge, *, actor: Actor, at: datetime) -> Merge:
    """Two people again: what moved goes back, as far as it is still there and still with `into`.

    What was noted for `into` since stays there, and so does a field that was changed since. Raises CannotUnmerge.
    """
    actor.insist_on_a_person()
    with unit():
        both = lock(merged.gone_id, merged.into_id)
        merged = held(Merge, merged.pk)
        gone, into = both[merged.gone_id], both[merged.into_id]
        if merged.undone_at is not None or into.merged_into_id is not None:
            raise CannotUnmerge
        gone.merged_into = None
        gone.save(update_fields=["merged_into"])
        for model in BELONGINGS:
            keys = merged.moved.get(str(model._meta.model_name), [])
            model._default_manager.filter(pk__in=keys, person=into).update(person=gone)
        _prefer_again(gone, merged.moved.get(UNPREFERRED, []))
        _empty_again(into, gone, merged.filled)
        merged.undone_at, merged.undone_by = at, actor.ref
        merged.save(update_fields=["undone_at", "undone_by"])
        record(verbs.PERSON_UNMERGED, gone, actor=actor, at=at, other=ref(into), merge=ref(merged))
        record(verbs.PERSON_GAVE_BACK, into, actor=actor, at=at, other=ref(gone), merge=ref(merged))
    return merged


def say_distinct(one: Person, other: Person, *, actor: Actor, at: datetime) -> Distinct:
    """They look alike and are two: nobody is asked again. Does nothing when it was said before."""
    actor.insist_on_a_person()
    with unit():
        said, is_new = Distinct.objects.get_or_create(
            **_pair(one, other), defaults={"said_by": actor.ref, "said_at": at}
        )
        if is_new:
            record(verbs.PEOPLE_DISTINCT, one, actor=actor, at=at, other=ref(other))
    return said


def take_back_distinct(one: Person, other: Person, *, actor: Actor, at: datetime) -> None:
    """Perhaps they are one person after all. Does nothing when nobody said that they are two."""
    actor.insist_on_a_person()
    with unit():
        if Distinct.objects.filter(**_pair(one, other)).delete()[0]:
            record(verbs.PEOPLE_MAYBE_SAME, one, actor=actor, at=at, other=ref(other))


def _pair(one: Person, other: Person) -> dict[str, int]:
    low, high = sorted((one.pk, other.pk))
    return {"one_id": low, "other_id": high}


def _move(gone: Person, into: Person) -> dict[str, list[int]]:
    ledger: dict[str, list[int]] = {}
    taken = Address.objects.filter(person=into, is_preferred=True).values("kind")
    losing = Address.objects.filter(person=gone, is_preferred=True, kind__in=taken)
    if keys := list(losing.order_by("pk").values_list("pk", flat=True)):
        ledger[UNPREFERRED] = keys
        losing.filter(pk__in=keys).update(is_preferred=False)
    for model in BELONGINGS:
        theirs = model._default_manager.filter(person=gone)
        if keys := list(theirs.order_by("pk").values_list("pk", flat=True)):
            ledger[str(model._meta.model_name)] = keys
            theirs.filter(pk__in=keys).update(person=into)
    return ledger


def to_fill(into: Person, gone: Person) -> list[str]:
    """What `into` has empty and would take over, whole groups only."""
    return [
        field
        for group in TAKEN_OVER
        if not any(getattr(into, field) for field in group)
        for field in group
        if getattr(gone, field)
    ]


def _fill(into: Person, gone: Person) -> list[str]:
    filled = to_fill(into, gone)
    _set(into, {field: getattr(gone, field) for field in filled})
    return filled


def _empty_again(into: Person, gone: Person, filled: Sequence[str]) -> None:
    _set(into, {field: None if field.endswith("_id") else "" for field in still_filled(into, gone, filled)})


def still_filled(into: Person, gone: Person, filled: Sequence[str]) -> list[str]:
    """The fields that were taken over and are as they were taken over: those go back."""
    return [field for field in filled if getattr(into, field) == getattr(gone, field)]


def _set(person: Person, values: dict[str, Any]) -> None:
    if not values:
        return
    for field, value in values.items():
        setattr(person, field, value)
    person.folded = text.fold(person.name)[:200]
    person.save(update_fields=[*(field.removesuffix("_id") for field in values), "folded"])


def _prefer_again(gone: Person, keys: Sequence[int]) -> None:
    preferred = Address.objects.filter(person=gone, is_preferred=True).values("kind")
    Address.objects.filter(pk__in=keys, person=gone, ended_at=None).exclude(kind__in=preferred).update(
        is_preferred=True
    )
