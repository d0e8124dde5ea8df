"""Two people are one: their tickets go along, and come back when that is taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, QuerySet

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.customers import actions as customers
from anliegen.records.customers.actions.merging import lock
from anliegen.records.customers.models import Address, Merge, Person
from anliegen.records.tickets import verbs
from anliegen.records.tickets.models import Message, Ticket
from anliegen.records.tickets.people import opened_since_by


def merge_people(gone: Person, into: Person, *, evidence: Sequence[str], actor: Actor, at: datetime) -> Merge:
    """Carry `gone` on in `into`, with the tickets and the words in them. Mails sent before still open their status
    page. Raises customers.CannotMerge.

    The people are locked before their tickets, as by whoever gives a concession.
    """
    actor.insist_on_a_person()
    with unit():
        both = lock(gone.pk, into.pk)
        gone, into = both.get(gone.pk, gone), both.get(into.pk, into)
        if gone.pk == into.pk or gone.merged_into_id is not None or into.merged_into_id is not None:
            raise customers.CannotMerge
        tickets = _lock(Ticket.objects.filter(person=gone))
        messages = list(
            Message.objects.filter(ticket__in=tickets, person=gone).order_by("pk").values_list("pk", flat=True)
        )
        moved = {"ticket": tickets, "message": messages}
        merged = customers.merge(gone, into, evidence=evidence, moved=moved, actor=actor, at=at)
        _give(tickets, messages, gone, into, merged, actor, at)
    return merged


def unmerge_people(merged: Merge, *, actor: Actor, at: datetime) -> Merge:
    """Two people again: tickets and words go back, also those that came since from an address that goes back.

    A ticket that went to somebody else since stays there. Raises customers.CannotUnmerge.
    """
    actor.insist_on_a_person()
    with unit():
        both = lock(merged.gone_id, merged.into_id)
        gone, into = both[merged.gone_id], both[merged.into_id]
        since = opened_since_by(merged)
        tickets = _lock(Ticket.objects.filter(pk__in=[*merged.moved.get("ticket", []), *since], person=into))
        merged = customers.unmerge(merged, actor=actor, at=at)
        _give(tickets, _words_of(gone, into, merged, tickets), into, gone, merged, actor, at)
    return merged


def _lock(tickets: "QuerySet[Ticket]") -> list[int]:
    """Their numbers, under lock, in order."""
    return [one.pk for one in tickets.select_for_update(of=("self",)).order_by("number").only("number")]


def _words_of(gone: Person, into: Person, merged: Merge, tickets: list[int]) -> list[int]:
    """What had moved, and what came since in these tickets from an address that went back."""
    had_moved = Message.objects.filter(pk__in=merged.moved.get("message", []), ticket__in=tickets)
    addresses = Address.objects.filter(person=gone).values_list("kind", "folded")
    folded = {each for _kind, each in addresses}
    came = Message.objects.filter(ticket__in=tickets, person=into, created_at__gte=merged.merged_at)
    since = [
        one.pk
        for one in came.only("from_address", "channel")
        if customers.fold_address("email" if "@" in one.from_address else "phone", one.from_address) in folded
    ]
    return sorted({*had_moved.values_list("pk", flat=True), *since})


def _give(
    tickets: list[int], messages: list[int], was: Person, to: Person, merged: Merge, actor: Actor, at: datetime
) -> None:
    Message.objects.filter(pk__in=messages).update(person=to)
    Ticket.objects.filter(pk__in=tickets).update(person=to, version=F("version") + 1)
    for number in tickets:
        record(
            verbs.PERSON_MOVED,
            f"ticket:{number}",
            actor=actor,
            at=at,
            to=ref(to),
            was=ref(was),
            merge=ref(merged),
        )
