"""Lists and their counts: exactly what an agent may see, in order, without reading what others have."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from anliegen.ground import spread
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers.models import Person
from anliegen.records.tickets import lists, queries
from anliegen.records.tickets.models import DONE, OPEN, Mention, Note, Ticket
from anliegen.records.tickets.orders import OWN_ORDERS
from anliegen.records.tickets.queries import LONGEST_WAITING, NEWEST, Order
from anliegen.records.tickets.views import VIEWS, order_of, orders_of

MOMENT = {LONGEST_WAITING.key: "waiting_since"} | {order.key: order.key for order in OWN_ORDERS.values()}
EACH = [
    pytest.param(view, order, id=f"{view}-{name}")
    for view, its in VIEWS.items()
    for name, order in orders_of(its.filter).items()
]


def made(brand: Brand, person: Person, at: datetime, **fields: Any) -> Ticket:
    done = {"resolved_at": at} if fields.get("status") in DONE else {}
    closed = {"closed_at": at} if fields.get("status") == "closed" else {}
    times = {"created_at": at, "updated_at": at, "last_message_at": at}
    return Ticket(channel="email", brand=brand, person=person, **times, **done, **closed, **fields)


@pytest.fixture
def all_kinds(brand: Brand, kim: Person, mira: Agent, tom: Agent, billing: Team, technics: Team, now: datetime) -> None:
    """Every status with every team and assignee, twice; always four have the same last moment. Of the open ones some
    wait, are due, were promised something, are put aside or without a place, to some a colleague was brought in,
    and about some one is asked."""
    kinds = product((*OPEN, *DONE), (billing, technics, None), (mira, tom, None), range(2))
    tickets = [
        made(brand, kim, now + timedelta(seconds=place * 7 % 108 // 4), status=status, team=team, assignee=assignee)
        for place, (status, team, assignee, _again) in enumerate(kinds)
    ]
    for place, ticket in enumerate(tickets):
        at = now + timedelta(hours=place * 5 % 17 // 2)
        if ticket.status in OPEN and place % 3:
            ticket.waiting_since, ticket.due_at = at, at
        if ticket.status in OPEN and place % 4 == 1:
            ticket.promised_for = at
        if ticket.status in OPEN and place % 5 == 2:
            ticket.snoozed_until, ticket.snoozed_by = at, mira
        if ticket.team is None and place % 2:
            ticket.unplaced_since = now
        if place % 7 in (2, 3):
            ticket.guests = [mira.pk] if place % 2 else [tom.pk, mira.pk]
    spread.add(tickets)
    for place, ticket in enumerate(tickets[::3]):
        note = Note.objects.create(ticket=ticket, agent=tom, text="@Mira", created_at=now)
        for agent in (mira, tom):
            Mention.objects.create(
                ticket=ticket, note=note, agent=agent, created_at=now, settled_at=now if place % 4 == 0 else None
            )


def expected(agent: Agent, view: str) -> list[int]:
    """The view said in one plain condition."""
    seen: QuerySet[Ticket] = Ticket.objects.visible_to(agent).open()
    match view:
        case "mine":
            seen = seen.filter(assignee=agent)
        case "team":
            seen = seen.filter(team__in=agent.team_ids())
        case "unassigned":
            seen = seen.filter(assignee=None)
        case "waiting":
            seen = seen.filter(waiting_since__isnull=False)
        case "promised":
            seen = seen.filter(promised_for__isnull=False)
        case "due":
            seen = seen.filter(due_at__isnull=False)
        case "unplaced":
            seen = seen.filter(unplaced_since__isnull=False)
        case "mentioned":
            asked = Mention.objects.filter(agent=agent, settled_at=None).values("ticket")
            seen = Ticket.objects.visible_to(agent).filter(pk__in=asked)
    seen = seen.filter(snoozed_until__isnull=view != "snoozed") if view != "mentioned" else seen
    usual = order_of(VIEWS[view].filter, None)[1]
    if usual is not NEWEST:
        return list(seen.order_by(F(MOMENT[usual.key]).asc(), "pk").values_list("pk", flat=True))
    return list(seen.order_by("-last_message_at", "-pk").values_list("pk", flat=True))


def walked(agent: Agent, view: str, size: int, order: Order | None = None) -> Iterator[list[int]]:
    """The pages down to the last one, and all the way back."""
    page = lists.page(agent, view, size=size, order=order)
    yield [ticket.pk for ticket in page.items]
    while page.older is not None:
        page = lists.page(agent, view, cursor=page.older, size=size, order=order)
        yield [ticket.pk for ticket in page.items]
    while page.newer is not None:
        page = lists.page(agent, view, cursor=page.newer, size=size, order=order)
        yield [ticket.pk for ticket in page.items]


@pytest.fixture(params=["mira", "tom", "admin", "admin_with_a_team", "in_both_teams", "in_no_team"])
def agent(
    request: pytest.FixtureRequest, mira: Agent, tom: Agent, admin: Agent, billing: Team, technics: Team
) -> Agent:
    match request.param:
        case "admin_with_a_team":
            admin.teams.add(billing)
            return admin
        case "in_both_teams":
            mira.teams.add(technics)
            return mira
        case "in_no_team":
            mira.teams.clear()
            return mira
    return {"mira": mira, "tom": tom, "admin": admin}[request.param]


# One world for all views: to make it takes far longer than to look at one of its lists.
def test_a_list_holds_what_the_agent_may_see_in_order_and_each_ticket_once(
    all_kinds: None, agent: Agent, subtests: pytest.Subtests
) -> None:
    for view in VIEWS:
        with subtests.test(view=view):
            wanted = expected(agent, view)
            assert [ticket.pk for ticket in lists.page(agent, view, size=200).items] == wanted
            pages = list(walked(agent, view, size=5))
            there = pages[: -(-len(wanted) // 5) or 1]
            assert [pk for page in there for pk in page] == wanted
            assert pages[len(there) :] == there[-2::-1]


def test_the_counts_are_those_of_the_lists_and_one_query(all_kinds: None, agent: Agent) -> None:
    wanted = {view: len(expected(agent, view)) for view in VIEWS}
    with CaptureQueriesContext(connection) as asked:
        counts = lists.counts(agent)
    assert (counts, len(asked)) == (wanted, 1)


def test_counting_stops_at_its_limit(all_kinds: None, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "COUNT_TO", 10)
    assert lists.counts(agent) == {view: min(len(expected(agent, view)), 10) for view in VIEWS}


def test_in_each_order_of_a_view_its_pages_follow_each_other_there_and_back(
    all_kinds: None, agent: Agent, subtests: pytest.Subtests
) -> None:
    for view, its in VIEWS.items():
        for name, order in orders_of(its.filter).items():
            with subtests.test(view=view, order=name):
                follow_each_other(agent, view, order)


def follow_each_other(agent: Agent, view: str, order: Order) -> None:
    seen = Ticket.objects.filter(pk__in=expected(agent, view))
    moment = F(MOMENT[order.key]).asc(nulls_last=True) if order.key in MOMENT else F("last_message_at").desc()
    wanted = list(seen.order_by(moment, "pk" if order.key in MOMENT else "-pk").values_list("pk", flat=True))
    assert [ticket.pk for ticket in lists.page(agent, view, order=order, size=200).items] == wanted
    pages = list(walked(agent, view, size=5, order=order))
    there = pages[: -(-len(wanted) // 5) or 1]
    assert [pk for page in there for pk in page] == wanted
    assert pages[len(there) :] == there[-2::-1]


def test_what_moved_since_is_later_than_that_moment(
    all_kinds: None, agent: Agent, now: datetime, subtests: pytest.Subtests
) -> None:
    since = now + timedelta(seconds=13)
    for view in VIEWS:
        with subtests.test(view=view):
            later = Ticket.objects.filter(pk__in=expected(agent, view), last_message_at__gt=since)
            assert lists.moved_since(agent, view, since) == later.count()


def test_whoever_may_not_read_and_who_has_left_have_empty_lists(
    all_kinds: None, admin: Agent, mira: Agent, now: datetime
) -> None:
    left = accounts.deactivate(mira, actor=SYSTEM, at=now)
    mira.role.permissions = ["ticket.reply"]
    mira.is_active = True
    for agent in (left, mira):
        assert lists.counts(agent) == dict.fromkeys(VIEWS, 0)
        assert [lists.page(agent, view).items for view in VIEWS] == [[] for _view in VIEWS]


def test_there_is_no_other_view(mira: Agent, now: datetime) -> None:
    with pytest.raises(queries.UnknownView):
        lists.page(mira, "secret")
    with pytest.raises(queries.UnknownView):
        lists.moved_since(mira, "secret", now)


@pytest.mark.parametrize(("view", "order"), EACH)
def test_many_tickets_of_another_team_are_not_read_on_the_way_to_ones_own(
    brand: Brand,
    kim: Person,
    mira: Agent,
    tom: Agent,
    billing: Team,
    technics: Team,
    view: str,
    order: Order,
    now: datetime,
) -> None:
    # Newer, and waiting for longer: whatever the order is, they come before hers.
    long = now - timedelta(days=1)
    own: list[Ticket] = [made(brand, kim, now, status="open", team=billing, assignee=each) for each in (mira, None)]
    other = made(brand, kim, now, status="open", team=technics, assignee=tom)
    for ticket in [*own, other] if view not in ("mine", "team", "unassigned", "open") else [other]:
        ticket.waiting_since = ticket.due_at = ticket.promised_for = long if ticket.team == technics else now
    if view == "snoozed":
        for ticket in [*own, other]:
            ticket.snoozed_until, ticket.snoozed_by = long if ticket.team == technics else now, tom
    Ticket.objects.bulk_create([*own, other])
    repeat(other, 3000)
    nobodys = made(brand, kim, now, status="open", unplaced_since=now)
    if view == "unplaced":
        nobodys.save()
    if view == "mentioned":
        for ticket in (own[0], other):
            note = Note.objects.create(ticket=ticket, agent=tom, text="@Mira", created_at=now)
            Mention.objects.create(ticket=ticket, note=note, agent=mira, created_at=now)
    mira.team_ids()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_ticket")
    with CaptureQueriesContext(connection) as asked:
        found = lists.page(mira, view, order=order).items
    alone = {"mine": 1, "unassigned": 1, "unplaced": 1, "mentioned": 1}
    assert len(found) == alone.get(view, 2)
    # Each once in the index and once whole; her own one is also looked for among those of other teams.
    touched = {"mine": 2, "team": 4, "unassigned": 2, "unplaced": 2, "mentioned": 3}
    assert sum(rows_read(query["sql"]) for query in asked.captured_queries) == touched.get(view, 5)


def repeat(ticket: Ticket, times: int) -> None:
    """Until there are so many like it, each a second later. The database does so in a hundredth of the time."""
    later = dict.fromkeys(("created_at", "updated_at", "last_message_at"), " + n * interval '1 second'")
    fields = [field.column for field in Ticket._meta.concrete_fields if not field.primary_key and not field.generated]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tickets_ticket ({', '.join(fields)})"
            f" SELECT {', '.join(name + later.get(name, '') for name in fields)}"
            " FROM tickets_ticket, generate_series(1, %s) AS n WHERE number = %s",
            [times - 1, ticket.pk],
        )


def rows_read(sql: str) -> int:
    """How many tickets a query touches, those included that a condition drops again."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        row = cursor.fetchone()
    return _touched(row[0][0]["Plan"]) if row else 0


def _touched(node: dict[str, Any]) -> int:
    own = 0
    if node.get("Relation Name") == "tickets_ticket":
        own = round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
    return own + sum(_touched(each) for each in node.get("Plans", ()))
