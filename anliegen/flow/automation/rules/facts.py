"""The facts that conditions ask of many tickets, in a number of questions that does not grow with the tickets."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, OuterRef

from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.rules.definition import Definition
from anliegen.flow.automation.rules.fits import Facts
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.says import Said


def texts_of(definitions: Iterable[Definition]) -> frozenset[str]:
    """All words that any of them looks for."""
    return frozenset(text for one in definitions for text in one.values_of("words"))


def read(tickets: Sequence[Ticket], definitions: Sequence[Definition], said: Said, *, at: datetime) -> dict[int, Facts]:
    """By number. `said` are the words that occur in each. Asks for other concerns only if a rule does."""
    asks_others = any(one.values_of("others") for one in definitions)
    asks_signals = any(one.values_of("signal") for one in definitions)
    numbers = [ticket.pk for ticket in tickets]
    others = with_others(numbers) if asks_others and tickets else frozenset()
    signals = with_signals(numbers) if asks_signals and tickets else {}
    return {
        ticket.pk: replace(
            of(ticket, at),
            words=said.get(ticket.pk, frozenset()),
            has_others=ticket.pk in others,
            signals=signals.get(ticket.pk, frozenset()),
        )
        for ticket in tickets
    }


def with_others(numbers: Sequence[int]) -> frozenset[int]:
    """Those whose customer has another open concern."""
    others = Ticket.objects.open().filter(person=OuterRef("person")).exclude(pk=OuterRef("pk"))
    found = Ticket.objects.filter(Exists(others), pk__in=numbers).order_by("pk")
    return frozenset(found.values_list("pk", flat=True))


def with_signals(numbers: Sequence[int]) -> dict[int, frozenset[str]]:
    """What was seen in each, and no person has said was wrong."""
    seen = Decision.objects.real().filter(ticket__in=numbers, question="signal")
    found: dict[int, set[str]] = defaultdict(set)
    for number, choice in seen.exclude(settled_as__in=("rejected", "undone")).values_list("ticket", "choice"):
        found[number].add(value_of(choice))
    return {number: frozenset(signals) for number, signals in found.items()}


def of(ticket: Ticket, at: datetime) -> Facts:
    """What stands in its row."""
    return Facts(
        number=ticket.pk,
        status=ticket.status,
        channel=ticket.channel,
        priority=ticket.priority,
        at=at,
        topic=ticket.topic,
        language=ticket.language,
        tags=frozenset(ticket.tags),
        team=ticket.team_id,
        assignee=ticket.assignee_id,
        mailbox=ticket.mailbox_id,
        brand=ticket.brand_id,
        waiting_since=ticket.waiting_since,
        level=ticket.level,
        unplaced=ticket.unplaced_since is not None,
    )
