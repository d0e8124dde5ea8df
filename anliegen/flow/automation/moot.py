"""A proposal of who is to see to a concern is withdrawn when it has become moot: somebody has the concern, or, of what
routing offered within a team, it went to another team."""

from collections.abc import Sequence

from django.db.models import Q

from anliegen.flow.automation import approval, routing
from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.models import Decision
from anliegen.ground import rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Membership
from anliegen.records.tickets.models import Ticket

OFFERED = Q(author=routing.AUTHOR.ref) | Q(reason="asked")
MOVES = ("ticket.moved", "ticket.assigned")


def follow(events: Sequence[Event]) -> None:
    """Read `ticket.moved` and `ticket.assigned`. One question for all events; most concern no proposal.

    While nobody has the concern, an offer of routing stays where whoever is offered belongs to the team in which it
    lies now. Whom the operator wants asked in such a case stays asked, whatever the team. What a rule proposes is not
    ours.
    When a person gives it to somebody, that is a word on the proposal, and `heard` takes it down as such.
    """
    causes = {pk_of(event.subject): event for event in events if not _is_a_word(event)}
    offered = Decision.objects.waiting().filter(question="assignee", contested_at=None, ticket__in=causes)
    offered = offered.filter(OFFERED)
    waiting = set(offered.values_list("ticket", flat=True)) if causes else set()
    if not waiting:
        return
    with unit():
        tickets = rows.lock(Ticket.objects.all(), waiting)
        found = list(offered.filter(ticket__in=waiting).select_for_update(of=("self",)).order_by("pk"))
        belong = _memberships(found)
        for one in found:
            ticket = tickets[one.ticket_id]
            fits = one.author != routing.AUTHOR.ref or (int(value_of(one.choice)), ticket.team_id) in belong
            if ticket.assignee_id is not None or not fits:
                cause = causes[ticket.pk]
                approval.withdraw(one, ticket, actor=routing.AUTHOR.because_of(cause), at=cause.at)


def _is_a_word(event: Event) -> bool:
    return event.verb == "ticket.assigned" and Actor(event.actor).kind == "agent"


def _memberships(offered: Sequence[Decision]) -> set[tuple[int, int]]:
    """Who of those that are proposed belongs to which team."""
    agents = {int(value_of(one.choice)) for one in offered}
    return set(Membership.objects.filter(agent__in=agents).values_list("agent", "team"))
