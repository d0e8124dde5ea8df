"""What a filter finds: the same as its condition said plainly, within rights, page by page and counted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from anliegen.ground import clock, spread
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.search import queries as search_queries
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Organisation, Person
from anliegen.records.tickets import actions, lists, looking
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.looking import Count
from anliegen.records.tickets.models import DONE, OPEN, Ticket
from anliegen.records.tickets.view_filters import Filter
from anliegen.records.tickets.views import order_of

DAY = timedelta(days=1)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch, now: datetime) -> datetime:
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


@pytest.fixture
def all_kinds(
    brand: Brand, kim: Person, mira: Agent, tom: Agent, admin: Agent, billing: Team, technics: Team, today: datetime
) -> list[Ticket]:
    """Teams, assignees and statuses in all combinations; topics, tags, channels and moments in turns."""
    organisation = Organisation.objects.create(name="Genossenschaft", folded="genossenschaft", created_at=today)
    other = Person.objects.create(
        name="Ada", given_name="Ada", family_name="", folded="ada", organisation=organisation, created_at=today
    )
    kinds = product((*OPEN, *DONE), (billing, technics, None), (mira, tom, admin, None), range(4))
    tickets = []
    for place, (status, team, assignee, _again) in enumerate(kinds):
        at = today - DAY * (place % 50)
        ticket = Ticket(
            status=status, team=team, assignee=assignee, brand=brand, person=(kim, other)[place % 5 == 0],
            channel=("email", "form", "phone")[place % 3], topic=("", "strom", "gas")[place * 7 % 3],
            tags=[["umzug"], ["umzug", "eilig"], []][place * 5 % 3], priority=place % 4 + 1,
            language=("de", "en")[place % 7 == 0], created_at=at, updated_at=at, last_message_at=at,
        )  # fmt: skip
        if status in DONE:
            ticket.resolved_at, ticket.closed_at = at, at if status == "closed" else None
        elif place % 3:
            ticket.waiting_since = at
        if status in OPEN and place % 4 == 0:
            ticket.promised_for = today + DAY * (place % 9 - 4)
            ticket.due_at = today + DAY * (place % 5 - 2)
        if status in OPEN and place % 11 == 0:
            ticket.snoozed_until, ticket.snoozed_by = today + DAY, mira
        if team is None and place % 3 == 0:
            ticket.unplaced_since = at
        tickets.append(ticket)
    spread.add(tickets)
    return tickets


FILTERS: dict[str, tuple[Filter, Callable[[Agent, datetime], Q]]] = {
    "statuses": (Filter(status=("new", "open")), lambda agent, now: Q(status__in=["new", "open"])),
    "done": (Filter(status=("closed",)), lambda agent, now: Q(status="closed")),
    "done and open": (Filter(status=("closed", "new")), lambda agent, now: Q(status__in=["closed", "new"])),
    "done with a tag": (
        Filter(status=("closed",), tag=("eilig",)),
        lambda agent, now: Q(status="closed", tags__contains=["eilig"]),
    ),
    "my teams": (Filter(team=("mine",)), lambda agent, now: Q(team__in=agent.team_ids())),
    "no team": (Filter(team=("none",)), lambda agent, now: Q(team=None)),
    "my teams or none": (Filter(team=("mine", "none")), lambda agent, now: Q(team__in=agent.team_ids()) | Q(team=None)),
    "me": (Filter(assignee=("me",)), lambda agent, now: Q(assignee=agent)),
    "me with a topic": (Filter(assignee=("me",), topic=("gas",)), lambda agent, now: Q(assignee=agent, topic="gas")),
    "me or nobody": (Filter(assignee=("me", "none")), lambda agent, now: Q(assignee=agent) | Q(assignee=None)),
    "nobody, with a tag": (
        Filter(assignee=("none",), tag=("umzug",)),
        lambda agent, now: Q(assignee=None, tags__contains=["umzug"]),
    ),
    "topics": (Filter(topic=("gas", "strom")), lambda agent, now: Q(topic__in=["gas", "strom"])),
    "channel": (Filter(channel=("phone",)), lambda agent, now: Q(channel="phone")),
    "both tags": (Filter(tag=("umzug", "eilig")), lambda agent, now: Q(tags__contains=["umzug", "eilig"])),
    "priorities": (Filter(priority=("3", "4")), lambda agent, now: Q(priority__in=[3, 4])),
    "language": (Filter(language=("en",)), lambda agent, now: Q(language="en")),
    "waits": (Filter(waits=("any",)), lambda agent, now: Q(waiting_since__isnull=False)),
    "waits long": (Filter(waits=("480h",)), lambda agent, now: Q(waiting_since__lte=now - 20 * DAY)),
    "waits long for my team": (
        Filter(waits=("20d",), team=("mine",)),
        lambda agent, now: Q(waiting_since__lte=now - 20 * DAY, team__in=agent.team_ids()),
    ),
    "old": (Filter(created=("30d",)), lambda agent, now: Q(created_at__lt=now - 30 * DAY)),
    "before a day": (
        Filter(created=("2026-11-01",)),
        lambda agent, now: Q(created_at__lt=datetime(2026, 10, 31, 23, tzinfo=now.tzinfo)),
    ),
    "promised": (Filter(promise=("any",)), lambda agent, now: Q(promised_for__isnull=False)),
    "promise broken": (
        Filter(promise=("overdue",), priority=("1",)),
        lambda agent, now: Q(promised_for__lte=now, priority=1),
    ),
    "promise soon": (Filter(promise=("48h",)), lambda agent, now: Q(promised_for__lte=now + 2 * DAY)),
    "due soon": (Filter(due=("1d",), channel=("email",)), lambda agent, now: Q(due_at__lte=now + DAY, channel="email")),
    "unplaced": (Filter(unplaced=("yes",)), lambda agent, now: Q(unplaced_since__isnull=False)),
    "organisation": (
        Filter(organisation=("{organisation}",)),
        lambda agent, now: Q(person__organisation__name="Genossenschaft"),
    ),
    "person": (Filter(person=("{kim}",), topic=("gas",)), lambda agent, now: Q(person__name="Kim Berger", topic="gas")),
}


def filled_in(wanted: Filter, kim: Person) -> Filter:
    keys = {"{kim}": str(kim.pk), "{organisation}": str(Organisation.objects.get().pk)}
    return Filter.read({name: [keys.get(one, one) for one in values] for name, values in wanted.values().items()})


def expected(agent: Agent, wanted: Filter, condition: Q) -> list[int]:
    """In the list's usual order."""
    seen = Ticket.objects.visible_to(agent).filter(condition, snoozed_until=None)
    if not wanted.is_about_done:
        seen = seen.open()
    ordered = {
        "newest": [F("last_message_at").desc(), F("pk").desc()],
        "waiting": [F("waiting_since").asc(nulls_last=True), F("pk").asc()],
        "promised": [F("promised_for").asc(), F("pk").asc()],
        "due": [F("due_at").asc(), F("pk").asc()],
    }[order_of(wanted, None)[0]]
    return list(seen.order_by(*ordered).values_list("pk", flat=True))


@pytest.fixture(params=["mira", "admin"])
def agent(request: pytest.FixtureRequest, mira: Agent, admin: Agent, billing: Team) -> Agent:
    admin.teams.add(billing)
    return {"mira": mira, "admin": admin}[request.param]


def walked(agent: Agent, wanted: Filter, size: int) -> tuple[list[int], int]:
    """All numbers from the first page to the last, and how many pages broke looking off."""
    found, cuts, cursor = [], 0, None
    while True:
        page = lists.page(agent, wanted, cursor=cursor, size=size)
        found += [ticket.pk for ticket in page.items]
        cuts, cursor = cuts + page.is_cut, page.older
        if cursor is None:
            return found, cuts


# One world for all filters: to make it takes far longer than to look for something in it.
def test_a_filter_finds_what_it_says_within_rights_in_order_and_counts_it(
    all_kinds: list[Ticket], kim: Person, agent: Agent, today: datetime, subtests: pytest.Subtests
) -> None:
    for name, (given, condition) in FILTERS.items():
        with subtests.test(filter=name):
            wanted = filled_in(given, kim)
            numbers = expected(agent, wanted, condition(agent, today))
            assert numbers, "the cast itself must hold something for it"
            assert walked(agent, wanted, size=7) == (numbers, 0)
            assert lists.counts_of(agent, [wanted]) == [Count(len(numbers))]


def test_where_looking_is_broken_off_the_pages_go_on_and_nothing_is_lost(
    all_kinds: list[Ticket],
    kim: Person,
    agent: Agent,
    today: datetime,
    monkeypatch: pytest.MonkeyPatch,
    subtests: pytest.Subtests,
) -> None:
    monkeypatch.setattr(looking, "LOOKED_AT", 6)
    monkeypatch.setattr(looking, "FEWEST", 3)
    for name, (given, condition) in FILTERS.items():
        with subtests.test(filter=name):
            wanted = filled_in(given, kim)
            numbers = expected(agent, wanted, condition(agent, today))
            assert walked(agent, wanted, size=4)[0] == numbers
            (count,) = lists.counts_of(agent, [wanted])
            assert count.number == len(numbers) or (count.is_least and count.number < len(numbers))


def test_back_from_a_page_that_was_broken_off_leads_to_the_same_tickets(
    all_kinds: list[Ticket], admin: Agent, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOKED_AT", 6)
    wanted = Filter(priority=("4",))
    there, cursor = [], None
    while not there or cursor is not None:
        page = lists.page(admin, wanted, cursor=cursor, size=4)
        there.append(page)
        cursor = page.older
    back, cursor = [], there[-1].newer or f"newer~{there[-2].older.partition('~')[2]}"
    while cursor is not None:
        page = lists.page(admin, wanted, cursor=cursor, size=4)
        back = [ticket.pk for ticket in page.items] + back
        cursor = page.newer
    before_last = [ticket.pk for page in there[:-1] for ticket in page.items]
    assert [pk for pk in back if pk in before_last] == before_last or back == before_last


def test_many_filters_are_counted_in_one_query_as_each_is_alone(
    all_kinds: list[Ticket], kim: Person, agent: Agent, today: datetime
) -> None:
    filters = [filled_in(wanted, kim) for wanted, _condition in FILTERS.values()]
    agent.team_ids()
    with CaptureQueriesContext(connection) as asked:
        together = lists.counts_of(agent, filters)
    assert len(asked) == 1
    assert together == [lists.counts_of(agent, [wanted])[0] for wanted in filters]


def test_counting_looks_at_no_more_rows_however_many_filters_there_are(
    all_kinds: list[Ticket], admin: Agent, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOKED_AT_IN_ALL", 40)
    monkeypatch.setattr(looking, "FEWEST", 1)
    # Each in lanes of its own.
    filters = [Filter(topic=(topic,), language=("en",)) for topic in ("gas", "strom")]
    filters += [Filter(assignee=(str(key),), language=("en",)) for key in Agent.objects.values_list("pk", flat=True)]
    plans = [
        (lists.plan(admin, wanted, order_of(wanted, None)[1], today), order_of(wanted, None)[1]) for wanted in filters
    ]
    with CaptureQueriesContext(connection) as asked:
        looking.tally(plans)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {asked.captured_queries[0]['sql']}")
        read = _rows_out_of_tickets(cursor.fetchone()[0][0]["Plan"])
    assert 0 < read <= 40


def _rows_out_of_tickets(node: dict[str, Any], under_limit: bool = False) -> int:
    if node["Node Type"] == "Limit":
        return round(node["Actual Rows"] * node["Actual Loops"])
    return sum(_rows_out_of_tickets(each) for each in node.get("Plans", ()))


@pytest.mark.parametrize("few", [12_000, -1])
def test_words_are_looked_for_among_what_fits(
    ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address, tom: Agent, mira: Agent, technics: Team,
    run_pipeline: Callable[[], int], today: datetime, few: int, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Rare words by the index of words, frequent ones in the tickets of the lanes: the same is found."""
    monkeypatch.setattr(search_queries, "FEW_BY_WORDS", few)
    theirs = actions.assign(open_ticket(kim_address, text="Der Zähler steht."), to=technics, actor=SYSTEM, at=today)
    done = actions.resolve(open_ticket(kim_address, text="Der Zähler lief."), actor=SYSTEM, at=today)
    ours = open_ticket(kim_address, text="Unser Zähler ist kaputt.")
    run_pipeline()
    wanted = Filter(text=("Zähler",))
    assert [one.pk for one in lists.page(mira, wanted).items] == [ours.pk]
    assert {one.pk for one in lists.page(tom, wanted).items} == {ours.pk, theirs.pk}
    assert [one.pk for one in lists.page(mira, Filter(text=("Zähler",), status=("resolved",))).items] == [done.pk]
    assert lists.counts_of(mira, [wanted, Filter(text=("nirgends",))]) == [Count(1), Count(0)]
    assert lists.page(mira, Filter(text=("der die das",))).items == []
    waiting = Filter(text=("Zähler",), waits=("3d",))
    assert [one.pk for one in lists.page(tom, waiting, order=order_of(waiting, None)[1]).items] == []


def test_what_is_put_aside_is_in_its_own_list_alone(all_kinds: list[Ticket], admin: Agent, today: datetime) -> None:
    aside = list(Ticket.objects.filter(snoozed_until__isnull=False).order_by("snoozed_until", "pk"))
    assert [one.pk for one in lists.page(admin, Filter(snoozed=("yes",)), size=200).items] == [one.pk for one in aside]
    shown = {one.pk for one in lists.page(admin, Filter(), size=400).items}
    assert shown.isdisjoint(one.pk for one in aside)


def test_an_address_is_read_leniently_and_written_again() -> None:
    given = {
        "status": ["new", "nonsense"],
        "team": ["3", "mine", "0", "-1", "3"],
        "tag": ["umzug, eilig", " ", "a\x00b"],
        "topic": ["strom\x00"],
        "waits": ["24h", "soon"],
        "created": ["2026-02-30", "30d"],
        "promise": ["overdue"],
        "text": ["a\x00b", " Zähler "],
        "person": ["1; DROP", "12"],
        "elsewhere": ["x"],
    }
    wanted = Filter.read(given)
    assert wanted.pairs() == [
        ("status", "new"), ("team", "3"), ("team", "mine"), ("tag", "umzug"), ("tag", "eilig"), ("person", "12"),
        ("waits", "24h"), ("created", "30d"), ("promise", "overdue"), ("text", "Zähler"),
    ]  # fmt: skip
    assert Filter.read(wanted.values()) == wanted
    assert wanted.without("team", "3").team == ("mine",)
    assert not Filter.read({"created": ["2026-02-30", "0000-01-01"], "waits": ["99999h"]})


def test_a_ticket_that_changes_comes_and_goes(ticket: Ticket, mira: Agent, now: datetime) -> None:
    wanted = Filter(tag=("umzug",))
    assert lists.counts_of(mira, [wanted]) == [Count(0)]
    actions.change(ticket, Change(tags=["umzug"]), actor=SYSTEM, at=now)
    assert lists.counts_of(mira, [wanted]) == [Count(1)]
    customers.meet(kind="email", value="x@example.org", name="X", actor=SYSTEM, at=now)
    actions.resolve(ticket, actor=SYSTEM, at=now)
    assert lists.counts_of(mira, [wanted]) == [Count(0)]
