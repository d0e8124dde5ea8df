"""Who sees to a concern that nobody has: proposed or given through the gate, as each team wants it.

A concern that somebody has stays with them. What people alone see to is given only within the team that the operator
named for such a case. Whoever wished for people alone gets somebody as soon as everybody else, by turn and load, and
nothing that was read out of their words has a say in it. Nobody is given anything who is not at work, or who has as
much as the team's ceiling; what is left then is drawn, as without routing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from anliegen.flow.automation import approval, pauses
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.colleagues import Given, at_work, colleagues, given, known_to, of_teams
from anliegen.flow.automation.effects import choice_of
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.opting import WISHED
from anliegen.flow.automation.referrals import who_answers
from anliegen.flow.automation.routes import Colleague, Concern, Route, route
from anliegen.flow.automation.verbs import DECISION_MADE
from anliegen.ground import clock, rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import together
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of, ref
from anliegen.records.accounts import hours
from anliegen.records.accounts.calendar import is_open
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.models import Claim, Ticket
from anliegen.records.tickets.verbs import TICKET_ASSIGNED
from anliegen.records.tickets.waiting import weighs

AUTHOR = Actor.rule("routing")
SCOPE = "automation:routing"  # an older name of what the operator pauses, besides that of the author
MOST_OF_WHO_LEFT = 200  # concerns of somebody who left that are given out again; the others are drawn
AT_ONCE = 200  # concerns that came while nobody was there, in one turn of the clock
NEXT = 2  # alternatives that are kept
# What lies with the team to which the operator refers such a case: its people are trained for it.
_REFERRED = Decision.objects.filter(
    ticket=OuterRef("pk"),
    question="team",
    reason="asked",
    applied_at__isnull=False,
    choice=Concat(Value("team:"), Cast(OuterRef("team"), CharField())),
)
_MAY_GIVE = Q(by_hand_since=None) | Q(by_hand_why__in=WISHED) | Q(Exists(_REFERRED))
BUSY = ("away", "full")  # of single persons, so a works council may want them told apart by nobody


@dataclass
class _Hands:
    """What is known of everybody while a batch is given out; who was given something has it from then on."""

    by_team: Mapping[int, list[Agent]]
    known: Mapping[int, int]
    left: frozenset[int]
    people: dict[int, Colleague]
    heavy: frozenset[str]
    house: str  # the language that everybody here speaks
    shows_people: bool


def decide(events: Sequence[Event]) -> None:
    """Read `ticket.triaged`, `ticket.moved` and `agent.left`. One question where no team wants its concerns routed."""
    teams = _routing()
    if not teams:
        return
    causes = {pk_of(event.subject): event for event in events if event.verb != "agent.left"}
    for event in events:
        if event.verb == "agent.left":
            causes |= dict.fromkeys(_of_who_left(pk_of(event.subject), teams), event)
    at = clock.now()
    with rows.deferred(len(causes)):
        found = _not_given_since(_to_route(causes, teams, at), causes)
        if found:
            _give_out(found, causes, teams, at)


def give_out_what_lay(at: datetime) -> None:
    """What came while nobody was at work, or nobody had room, is given to who is at work now; what nobody can have goes
    on lying there, and nothing is said of it. Does nothing while paused, and asks little while nobody is here."""
    teams = {} if pauses.is_paused(SCOPE, AUTHOR.ref) else _routing()
    here = _with_somebody(teams, at)
    while here:
        with together():
            lying = _lying(here, at)
            with rows.deferred(len(lying)):
                found = _to_route(lying, here, at)
                without = _give_out(found, {}, here, at) if found else set()
        # Nobody there has room, whatever comes next: others need not wait behind what lies with them.
        here = {pk: team for pk, team in here.items() if pk not in without} if without else {}


def _with_somebody(teams: Mapping[int, Team], at: datetime) -> dict[int, Team]:
    """Those that are at work by their hours, with somebody who is."""
    members = of_teams(pk for pk, team in teams.items() if _is_open(team, at))
    present = at_work({agent.pk for agents in members.values() for agent in agents}, at=at) if members else set()
    return {pk: teams[pk] for pk, agents in members.items() if any(agent.pk in present for agent in agents)}


def _lying(teams: Mapping[int, Team], at: datetime) -> list[int]:
    """What came to these teams since they want routing, waits for us, nobody has ever had or has begun to answer, and
    routing may give and has given or offered to nobody. The most urgent and longest waiting first."""
    since = _wanted_since(teams)
    came = Q(pk__in=())
    for pk in teams:
        came |= Q(team=pk, created_at__gt=since[pk])
    given_before = Decision.objects.filter(ticket=OuterRef("pk"), author=AUTHOR.ref).exclude(choice="")
    lying = Ticket.objects.open().filter(came, assignee=None, responsible=None, snoozed_until=None)
    lying = lying.filter(~Exists(given_before.exclude(settled_as="withdrawn")), waiting_since__isnull=False)
    lying = lying.filter(~_begun(at), _MAY_GIVE)
    return list(lying.order_by("-priority", "waiting_since", "pk").values_list("pk", flat=True)[:AT_ONCE])


def _wanted_since(teams: Mapping[int, Team]) -> Mapping[int, datetime]:
    """When each of these last changed how it wants its concerns given out: what lay there before stays to be drawn."""
    subjects = [ref(team) for team in teams.values()]
    changes = Event.objects.filter(
        subject__in=subjects, verb="setting.changed", data__fields__contains=["routing"]
    ).order_by("id")
    since: dict[int, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=UTC))
    return since | {pk_of(subject): moment for subject, moment in changes.values_list("subject", "at")}


def _routing() -> dict[int, Team]:
    """The teams that want it."""
    return Team.objects.exclude(routing="off").filter(is_active=True).in_bulk()


def _of_who_left(agent: int, teams: Mapping[int, Team]) -> list[int]:
    """What lay with them last and lies with nobody. What still bears their name stays so, as the settings say."""
    lying = Ticket.objects.open().filter(team__in=teams, assignee=None, snoozed_until=None, responsible=agent)
    return list(lying.order_by("-last_message_at", "-number").values_list("pk", flat=True)[:MOST_OF_WHO_LEFT])


def _begun(at: datetime) -> Exists:
    return Exists(Claim.objects.filter(ticket=OuterRef("pk"), until__gt=at))


def _to_route(causes: Iterable[int], teams: Mapping[int, Team], at: datetime) -> list[Ticket]:
    """Those that nobody has and nobody has begun to answer, under lock, the most urgent and longest waiting first."""
    people = Ticket.objects.select_related("team__lead", "mailbox__responsible")
    waiting = people.open().filter(~_begun(at), _MAY_GIVE, team__in=teams, assignee=None, snoozed_until=None)
    found = rows.lock(waiting, causes).values()
    return sorted(found, key=lambda one: (-one.priority, one.waiting_since or one.last_message_at, one.pk))


def _not_given_since(found: Sequence[Ticket], causes: Mapping[int, Event]) -> list[Ticket]:
    """Without what somebody got, or was offered, since it happened: what comes again is given out once."""
    if not found:
        return []
    given = Q(verb=TICKET_ASSIGNED.name, data__to__isnull=False) | Q(verb=DECISION_MADE.name, actor=AUTHOR.ref)
    given_at = defaultdict[str, list[int | None]](list)
    later = Event.objects.filter(given, subject__in=[ref(ticket) for ticket in found]).order_by("id")
    for subject, position in later.values_list("subject", "position"):
        given_at[subject].append(position)
    return [ticket for ticket in found if not _is_any_later(given_at[ref(ticket)], causes[ticket.pk])]


def _is_any_later(positions: Iterable[int | None], event: Event) -> bool:
    """What has no position yet comes after all that has one."""
    return any(one is None or one > (event.position or 0) for one in positions)


def _give_out(
    found: Sequence[Ticket], causes: Mapping[int, Event], teams: Mapping[int, Team], at: datetime
) -> set[int]:
    """Give each to somebody. Which of the teams have nobody for what comes next is told."""
    without: set[int] = set()
    given_out = given(AUTHOR.ref)
    hands = _hands(found, given_out, at)
    lie_with = {ticket.team_id for ticket in found if ticket.team_id is not None}
    opened = {pk for pk in lie_with if _is_open(teams[pk], at)}
    may_act = not pauses.is_paused(SCOPE)
    for ticket in found:
        team = teams[ticket.team_id]  # type: ignore[index]  # only what lies with a team is found
        able = hands.by_team.get(team.pk, ())
        if given_out.waits.get(ticket.pk) in {agent.pk for agent in able}:
            continue  # offered already, and nobody has said anything of it
        colleagues_here = [hands.people[agent.pk] for agent in able]
        if team.pk not in opened:
            colleagues_here = [replace(one, is_at_work=False) for one in colleagues_here]
        concern = _concern(ticket, hands)
        way = route(concern, colleagues_here, ceiling=team.most_waiting)
        cause = causes.get(ticket.pk)
        if not way.choices:
            without.add(team.pk)
        if not way.choices and (cause is None or ticket.pk in given_out.nobody or not _is_to_be_said(way)):
            continue
        actor = AUTHOR.because_of(cause) if cause is not None else AUTHOR
        _submit(ticket, way, concern, hands, may_act=may_act and team.routing == "assign", actor=actor, at=at)
        for first in way.choices[:1]:
            hands.people[first.agent] = _with_one_more(hands.people[first.agent], ticket, hands.heavy, at)
    return without


def _is_to_be_said(way: Route) -> bool:
    """That it waits to be drawn: not where nobody is here, and nobody is missed."""
    return bool(way.passed) or way.nobody != "away"


def _hands(found: Sequence[Ticket], given_out: Given, at: datetime) -> _Hands:
    """Everything that is asked of people, in one go for the batch."""
    operator = the_operator()
    heavy = frozenset(operator.heavy_topics)
    by_team = of_teams(ticket.team_id for ticket in found if ticket.team_id is not None)
    everybody = {agent.pk: agent for agents in by_team.values() for agent in agents}
    known = known_to(ticket.person_id for ticket in found)
    others = set(known.values()) - everybody.keys()
    gone = Agent.objects.filter(pk__in=others, is_active=False).values_list("pk", flat=True) if others else ()
    return _Hands(
        by_team=by_team,
        known=known,
        left=frozenset(gone),
        people=colleagues(list(everybody.values()), heavy, given_out, at=at),
        heavy=heavy,
        house=operator.default_language,
        shows_people=not operator.works_council,
    )


def _is_open(team: Team, at: datetime) -> bool:
    """Whether the team is at work by its service hours; where nobody set any, it may always be."""
    times = hours.of_team(team)
    return times is None or is_open(times, at)


def _concern(ticket: Ticket, hands: _Hands) -> Concern:
    known = hands.known.get(ticket.person_id)
    language = ticket.language.partition("-")[0]
    return Concern(
        topic="" if ticket.by_hand_why in WISHED else ticket.topic,  # a model may have read it
        language="" if language == hands.house else language,
        known=known,
        has_left=known in hands.left,
    )


def _with_one_more(one: Colleague, ticket: Ticket, heavy: frozenset[str], at: datetime) -> Colleague:
    return replace(one, waiting=one.waiting + 1, heavy=one.heavy + weighs(ticket, heavy), last_given_at=at)


def _submit(
    ticket: Ticket, way: Route, concern: Concern, hands: _Hands, *, may_act: bool, actor: Actor, at: datetime
) -> None:
    answers = who_answers(ticket)
    if answers is None:
        return  # nobody works here yet who could answer for a decision
    evidence = _evidence(way, concern, hands)
    others = tuple((choice_of("assignee", other.agent), 0.0) for other in way.choices[1 : NEXT + 1])
    first = way.choices[0] if way.choices else None
    proposal = Proposal(
        choice=choice_of("assignee", first.agent) if first else "",
        confidence=1.0 if first else 0.0,
        reason="routed" if first else "nobody-free",
        responsible_id=answers.pk,
        evidence=evidence,
        alternatives=others,
    )
    referred = ticket.by_hand_since is not None
    approval.submit(ticket, "assignee", proposal, actor=actor, at=at, may_act=may_act, is_referred=referred)


def _evidence(way: Route, concern: Concern, hands: _Hands) -> dict[str, object]:
    """What `reasons` needs. Where no figure of a single person is wanted, none is kept, nor who was away or full."""
    told: dict[str, object] = {}
    if way.choices:
        first = way.choices[0]
        told = {"because": [code for code in first.reasons if code != "load"]}
        if hands.shows_people:
            told["waits"] = hands.people[first.agent].waiting
        told["next"] = [choice.agent for choice in way.choices[1 : NEXT + 1]]
        told |= {"topic": concern.topic} if "skill" in first.reasons else {}
        told |= {"language": concern.language} if concern.language else {}
    if way.passed:
        told |= {"known": concern.known, "passed": _told(way.passed, hands)}
    return told | ({"nobody": _told(way.nobody, hands)} if way.nobody else {})


def _told(why: str, hands: _Hands) -> str:
    return "busy" if why in BUSY and not hands.shows_people else why
