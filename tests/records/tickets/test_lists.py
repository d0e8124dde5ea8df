"""Lists and their counts: exactly what an agent may see, in order, without reading what others have."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers.models import Person
from anliegen.records.tickets import lists, queries
from anliegen.records.tickets.models import DONE, OPEN, Ticket
from anliegen.records.tickets.queries import LONGEST_WAITING, NEWEST, VIEWS, Order


def made(brand: Brand, person: Person, at: datetime, **fields: Any) -> Ticket:
    done = {"resolved_at": at} if fields.get("status") in DONE else {}
    closed = {"closed_at": at} if fields.get("status") == "closed" else {}
    times = {"created_at": at, "updated_at": at, "last_message_at": at}
    return Ticket(channel="email", brand=brand, person=person, **times, **done, **closed, **fields)


@pytest.fixture
def all_kinds(brand: Brand, kim: Person, mira: Agent, tom: Agent, billing: Team, technics: Team, now: datetime) -> None:
    """Every status with every team and assignee, twice; always four have the same last moment."""
    kinds = product((*OPEN, *DONE), (billing, technics, None), (mira, tom, None), range(2))
    Ticket.objects.bulk_create(
        made(brand, kim, now + timedelta(seconds=place * 7 % 108 // 4), status=status, team=team, assignee=assignee)
        for place, (status, team, assignee, _again) in enumerate(kinds)
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
    return list(seen.order_by("-last_message_at", "-pk").values_list("pk", flat=True))


def walked(agent: Agent, view: str, size: int, order: Order = NEWEST) -> Iterator[list[int]]:
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


@pytest.mark.parametrize("view", VIEWS)
def test_a_list_holds_what_the_agent_may_see_in_order_and_each_ticket_once(
    all_kinds: None, agent: Agent, view: str
) -> None:
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


@pytest.mark.parametrize("view", VIEWS)
def test_by_waiting_those_who_wait_longest_come_first_and_those_who_do_not_wait_last(
    all_kinds: None, agent: Agent, view: str, now: datetime
) -> None:
    # Every third waits, always two since the same moment, whoever came first not the longest.
    for place, ticket in enumerate(Ticket.objects.order_by("pk")[::3]):
        Ticket.objects.filter(pk=ticket.pk).update(waiting_since=now - timedelta(minutes=place * 5 % 17 // 2))
    seen = Ticket.objects.filter(pk__in=expected(agent, view))
    wanted = list(seen.order_by(F("waiting_since").asc(nulls_last=True), "pk").values_list("pk", flat=True))
    assert [ticket.pk for ticket in lists.page(agent, view, order=LONGEST_WAITING, size=200).items] == wanted
    pages = list(walked(agent, view, size=5, order=LONGEST_WAITING))
    there = pages[: -(-len(wanted) // 5) or 1]
    assert [pk for page in there for pk in page] == wanted
    assert pages[len(there) :] == there[-2::-1]


@pytest.mark.parametrize("view", VIEWS)
def test_what_moved_since_is_later_than_that_moment(all_kinds: None, agent: Agent, view: str, now: datetime) -> None:
    since = now + timedelta(seconds=13)
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
        assert [lists.page(agent, view).items for view in VIEWS] == [[], [], [], []]


def test_there_is_no_other_view(mira: Agent, now: datetime) -> None:
    with pytest.raises(queries.UnknownView):
        lists.page(mira, "secret")
    with pytest.raises(queries.UnknownView):
        lists.moved_since(mira, "secret", now)


@pytest.mark.parametrize("order", queries.ORDERS.values(), ids=list(queries.ORDERS))
@pytest.mark.parametrize("view", VIEWS)
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
    own = [made(brand, kim, now, status="open", team=billing, assignee=each) for each in (mira, None)]
    # Newer, and waiting for longer: whatever the order is, they come before hers.
    newer = (now + timedelta(seconds=number) for number in range(3000))
    long = now - timedelta(days=1)
    others = [made(brand, kim, at, status="open", team=technics, assignee=tom, waiting_since=long) for at in newer]
    Ticket.objects.bulk_create([*own, *others], batch_size=1000)
    mira.team_ids()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_ticket")
    with CaptureQueriesContext(connection) as asked:
        found = lists.page(mira, view, order=order).items
    assert len(found) == {"mine": 1, "team": 2, "unassigned": 1, "open": 2}[view]
    # Each once in the index and once whole; her own one is also looked for among those of other teams.
    touched = {"mine": 2, "team": 4, "unassigned": 2, "open": 5}
    assert [rows_read(query["sql"]) for query in asked.captured_queries] == [touched[view]]


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
