"""The team that the operator gave a topic: what nobody has goes there, whoever said what it is about.

At a concern's first message `triage` decides it. A topic may be said later, too: by a person who confirms a proposal or
sets it, by a rule, by a program. What a person is asked for already, has taken on, or has taken back, is left to them.
"""

from collections.abc import Mapping, Sequence

from django.db.models import Q

from anliegen.flow.automation import approval, branches
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.effects import choice_of
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.verbs import DECISION_MADE
from anliegen.ground import clock, rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Team, Topic
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.verbs import TICKET_MOVED

AUTHOR = Actor.rule("team-of-topic")
_WITH_TEAM = {"team__is_active": True, "responsible__is_active": True}


def follow(events: Sequence[Event]) -> None:
    """Read `ticket.topic_changed`. One question for all events: most concerns have a team."""
    causes = {pk_of(event.subject): event for event in events if event.data["to"]}
    waiting = _nobodys(causes) if causes else []
    if not waiting:
        return
    with unit():
        found = rows.lock(Ticket.objects.all(), waiting)
        asked = Decision.objects.waiting().filter(ticket__in=found, question="team").values_list("ticket", flat=True)
        left = found.keys() - {*asked} - _decided_since({pk: causes[pk] for pk in found})
        for ticket in [found[pk] for pk in sorted(left)]:
            proposal = propose(ticket.topic) if ticket.is_nobodys and ticket.topic else None
            if proposal is not None:
                actor = AUTHOR.because_of(causes[ticket.pk])
                approval.submit(ticket, "team", proposal, actor=actor, at=clock.now())


def _nobodys(numbers: Mapping[int, Event]) -> list[int]:
    found = Ticket.objects.open().filter(pk__in=numbers, team=None, assignee=None)
    return list(found.values_list("pk", flat=True))


def _decided_since(causes: Mapping[int, Event]) -> set[int]:
    """What went to or from a team, or was proposed one here, since its topic was said. The event comes again where a
    cursor was put back, and what a person took back stays so."""
    tickets = {f"ticket:{pk}": (pk, event.position or 0) for pk, event in causes.items()}
    decided = Q(verb=TICKET_MOVED.name) | Q(verb=DECISION_MADE.name, actor=AUTHOR.ref)
    happened = Event.objects.filter(decided, subject__in=tickets).order_by("id").values_list("subject", "position")
    # What has no position yet comes after all that has one.
    return {tickets[one][0] for one, position in happened if position is None or position > tickets[one][1]}


def propose(code: str) -> Proposal | None:
    """The team of a topic, or of the nearest branch above it that has one; None where there is none."""
    topic = branches.nearest(Topic.objects.filter(**_WITH_TEAM), code)
    if topic is None:
        return None
    evidence = {"topic": topic.code}
    return Proposal(choice_of("team", topic.team_id), 1.0, "team-of-topic", topic.responsible_id, evidence)


def by_topic() -> dict[str, Team]:
    """The team of each topic in use that has one, so that whoever says what it is about sees whose it is then."""
    topics = Topic.objects.active().filter(**_WITH_TEAM, team__isnull=False).select_related("team")
    own = {topic.code: topic.team for topic in topics if topic.team is not None}
    tree = branches.all_of_them() if own else {}
    named = {code: next((each for each in (code, *branches.above(code, tree)) if each in own), "") for code in tree}
    return {code: own[each] for code, each in named.items() if each}
