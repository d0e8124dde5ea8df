"""What an agent may still give for a ticket, who decides beyond that, and until when. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum
from django.utils import timezone

from anliegen.records.accounts import frames, hours
from anliegen.records.accounts.calendar import NeverOpen, add_business_time
from anliegen.records.accounts.leeway import Limit, Past, Verdict, is_inside, left_of, month_of
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may, reaches
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.models import Concession, Ticket
from anliegen.records.tickets.queries import with_joined

LOOKED_BACK = timedelta(days=90)
APPROVE = "concession.approve"


def verdict(ticket: Ticket, agent: Agent, *, kind: int, cents: int, currency: str, at: datetime) -> Verdict:
    """Whether this agent may give it alone. Whoever acts upon it holds the locks, see `actions.concede`."""
    limits = frames.limits_of(agent.role_id)
    given = given_until(ticket, agent, currency=currency, at=at)
    return is_inside(limits, kind=kind, cents=cents, currency=currency, given=given)


def given_until(ticket: Ticket, agent: Agent, *, currency: str, at: datetime) -> dict[tuple[str, int], int]:
    """Cents given already, by period and kind: for the ticket and its customer by whomever, and what the agent decided
    alone. What was withdrawn counts no more."""
    since, until = month_of(at, _zone())
    in_month = Q(decided_at__gte=since, decided_at__lt=until)
    granted = Concession.objects.granted().filter(currency=currency)
    asked = {
        "ticket": granted.filter(ticket__in=with_joined(ticket)),
        "customer_month": granted.filter(in_month, ticket__person=ticket.person_id),
        "agent_month": granted.filter(in_month, asked_by=agent, is_at_once=True),
    }
    return {
        (period, kind): cents
        for period, rows in asked.items()
        for kind, cents in rows.order_by().values_list("kind").annotate(sum=Sum("cents"))
    }


@dataclass(frozen=True)
class Left:
    """What a frame still allows."""

    limit: Limit
    cents: int


def lefts(ticket: Ticket, agent: Agent, *, at: datetime) -> list[Left]:
    """The agent's frames with what is left of each, for this ticket and now."""
    limits = frames.limits_of(agent.role_id)
    given = {
        currency: given_until(ticket, agent, currency=currency, at=at)
        for currency in sorted({limit.currency for limit in limits})
    }
    return [Left(limit, left_of(limit, given[limit.currency])) for limit in limits]


def approvers(ticket: Ticket, *, but: Agent) -> list[Agent]:
    """Who may decide, in the order in which they are asked: who answers for the ticket, who leads its team, then the
    others who may and see it. Never who asks."""
    may_decide = [
        one
        for one in Agent.objects.at_work().filter(is_active=True, role__permissions__contains=[APPROVE]).order_by("pk")
        if one.pk != but.pk and may_decide_on(one, ticket)
    ]
    lead = ticket.team.lead_id if ticket.team is not None else None
    first = (ticket.responsible_id, lead)
    return sorted(may_decide, key=lambda one: (first.index(one.pk) if one.pk in first else len(first), one.pk))


def may_decide_on(agent: Agent, ticket: Ticket) -> bool:
    return may(agent, APPROVE) and may(agent, "ticket.read") and reaches(agent, ticket)


def next_of(asked: Sequence[Agent], *, after: Agent | None) -> Agent | None:
    """Who is asked next; after the last one the first again. The same when there is no other."""
    if not asked:
        return after
    places = {one.pk: place for place, one in enumerate(asked)}
    here = places.get(after.pk, -1) if after is not None else -1
    return asked[(here + 1) % len(asked)]


def due(team: Team | None, at: datetime) -> datetime:
    """Until when a wish is to be decided: the operator's working days, counted in the team's business hours."""
    days = the_operator().approval_days
    plan = hours.of_team(team)
    if plan is None:
        return at + timedelta(days=days)
    try:
        return add_business_time(plan, at, hours.workday_of(plan) * days)
    except NeverOpen:
        return at + timedelta(days=days)


def past(at: datetime) -> list[Past]:
    """What was granted in the last 90 days, for the preview of other frames."""
    rows = Concession.objects.granted().filter(decided_at__gte=at - LOOKED_BACK).select_related("ticket", "asked_by")
    return [
        Past(
            key=one.pk,
            role=one.asked_as_id or one.asked_by.role_id,
            agent=one.asked_by_id,
            customer=one.ticket.person_id,
            ticket=one.ticket_id,
            kind=one.kind_id,
            cents=one.cents,
            currency=one.currency,
            at=one.decided_at or one.asked_at,
        )
        for one in rows.order_by("decided_at", "pk")
    ]


def _zone() -> str:
    return timezone.get_default_timezone_name()
