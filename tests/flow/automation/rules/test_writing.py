"""Each change of a rule is a version, and one press brings an earlier one back; what would go in circles is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.rules import actions, clock, preview
from anliegen.flow.automation.rules.actions import Ring, Unanswered
from anliegen.flow.automation.rules.definition import Action, Condition, Definition, Trigger
from anliegen.flow.automation.rules.facts import of
from anliegen.flow.automation.rules.fits import fits
from anliegen.flow.automation.rules.models import Rule, RuleRun, RuleVersion
from anliegen.flow.automation.rules.schedules import turn
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.calendar import BusinessHours, is_open
from anliegen.records.accounts.models import Agent, Calendar, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Note, Ticket
from tests.flow.automation.rules.written import written

Make = Callable[..., Rule]
Open = Callable[..., Ticket]
Put = Callable[[datetime], None]
TAG = Action("add_tags", "umzug")
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = BusinessHours("Europe/Berlin", {day: ((time(8), time(17)),) for day in range(5)})


def verbs(rule: Rule) -> list[str]:
    return list(Event.objects.filter(subject=rule.ref).order_by("id").values_list("verb", flat=True))


def test_every_change_is_a_version_with_who_when_and_what(rule: Make, admin: Agent, now: datetime) -> None:
    made, me, later = rule("message", TAG, stage="off"), Actor.agent(admin.pk), now + timedelta(days=1)
    changed = actions.change(made, written(made.does, owner=admin.pk, name="Neu", per_hour=5), actor=me, at=later)
    newest = RuleVersion.objects.get(rule=made, number=2)
    assert (newest.made_by, newest.made_at, newest.changed) == (admin, later, ["name", "per_hour"])
    assert (changed.version, changed.name, changed.per_hour) == (2, "Neu", 5)
    assert RuleVersion.objects.get(rule=made, number=1).content["name"] == "Umzüge zur Abrechnung"
    assert verbs(made) == ["rule.created", "rule.changed"]


def test_going_back_makes_a_new_version_and_leaves_how_far_it_is_in_force(
    rule: Make, admin: Agent, now: datetime
) -> None:
    made, me = rule("message", TAG, share=25), Actor.agent(admin.pk)
    other = Definition(Trigger("tagged"), (Action("note", "Hallo"),))
    actions.change(made, written(other, owner=admin.pk), actor=me, at=now)
    back = actions.roll_back(made, 1, actor=me, at=now)
    assert (back.version, back.does, back.trigger, back.stage, back.share) == (3, made.does, "message", "on", 25)
    assert RuleVersion.objects.get(rule=made, number=3).back_to == 1
    assert verbs(made)[-1] == "rule.rolled_back"
    assert actions.roll_back(made, 1, actor=me, at=now).version == 3  # it is that one already


def test_a_rule_that_would_set_itself_off_comes_not_in_force(rule: Make, admin: Agent, now: datetime) -> None:
    made = rule("tagged", TAG, stage="off", name="Schlagwort")
    with pytest.raises(Ring) as refused:
        actions.set_stage(made, "on", 100, actor=Actor.agent(admin.pk), at=now)
    assert refused.value.names == ("Schlagwort", "Schlagwort")
    made.refresh_from_db()
    assert made.stage == "off"


def test_the_rule_that_would_close_a_ring_is_refused_and_the_ring_named(
    rule: Make, admin: Agent, technics: Team, now: datetime
) -> None:
    rule("moved", Action("topic", "umzug"), name="A")
    rule("topic", TAG, name="B")
    last = rule("message", Action("team", str(technics.pk)), name="C")
    closing = written(Definition(Trigger("tagged"), last.does.actions), owner=admin.pk, name="C")
    with pytest.raises(Ring) as refused:
        actions.change(last, closing, actor=Actor.agent(admin.pk), at=now)
    assert refused.value.names == ("C", "A", "B", "C")


@pytest.mark.parametrize("missing", [{"owner": None}, {"review_on": None}, {"purpose": " "}])
def test_without_owner_purpose_or_day_of_review_it_cannot_run(
    rule: Make, admin: Agent, now: datetime, missing: dict[str, Any]
) -> None:
    made = rule("message", TAG, stage="off", **missing)
    with pytest.raises(Unanswered):
        actions.set_stage(made, "shadow", 100, actor=Actor.agent(admin.pk), at=now)


@pytest.mark.parametrize("missing", [{"owner": None}, {"review_on": None}, {"purpose": ""}])
def test_the_database_refuses_it_too(rule: Make, missing: dict[str, Any]) -> None:
    made = rule("message", TAG)
    with pytest.raises(IntegrityError, match="rules_rule_runs_for_somebody"), transaction.atomic():
        Rule.objects.filter(pk=made.pk).update(**missing)


# the preview


def test_the_preview_tells_what_would_have_been_touched_and_writes_nothing(
    rule: Make, open_ticket: Open, kim_address: Address, admin: Agent, now: datetime, run_pipeline: Callable[[], int]
) -> None:
    fits_, fits_not, old = (
        open_ticket(kim_address, text="Ich melde meinen Umzug."),
        open_ticket(kim_address, text="Mein Abschlag ist zu hoch."),
        open_ticket(kim_address, text="Mein Umzug war schon.", at=now - timedelta(days=91)),
    )
    run_pipeline()
    before = (Event.objects.count(), RuleRun.objects.count())
    definition = Definition(Trigger("message"), (TAG, Action("priority_up")), all=(Condition("words", ("Umzug",)),))
    seen = preview.preview(definition, admin, at=now)
    assert (seen.looked_at, seen.every, seen.touched, seen.hidden) == (2, 1, 1, 0)
    assert [(one.ticket, [each.do for each in one.effects]) for one in seen.shown] == [
        (fits_, ["add_tags", "priority_up"])
    ]
    assert (Event.objects.count(), RuleRun.objects.count()) == before
    assert fits_not != old


def test_of_very_many_only_some_are_looked_at_and_it_says_so(
    open_ticket: Open, kim_address: Address, admin: Agent, now: datetime, run_pipeline: Callable[[], int]
) -> None:
    for _each in range(30):
        open_ticket(kim_address)
    run_pipeline()
    seen = preview.preview(Definition(Trigger("message"), (TAG,)), admin, at=now, most=10)
    assert (seen.every, seen.is_estimate, seen.looked_at) == (3, True, 10)
    assert seen.estimate == 30


def test_who_may_not_see_a_ticket_learns_only_that_it_is_there(
    open_ticket: Open, kim_address: Address, tom: Agent, billing: Team, now: datetime, run_pipeline: Callable[[], int]
) -> None:
    tickets.assign(open_ticket(kim_address), to=billing, actor=SYSTEM, at=now)
    run_pipeline()
    seen = preview.preview(Definition(Trigger("message"), (TAG,)), tom, at=now)
    assert (seen.touched, seen.shown, seen.hidden) == (1, (), 1)


CONDITIONS = st.sampled_from(
    [
        Condition("channel", ("email",)), Condition("channel", ("form", "phone")), Condition("status", ("new",)),
        Condition("status", ("open", "waiting_customer")), Condition("priority", ("3", "4")),
        Condition("topic", ("umzug",)), Condition("tag", ("vip",)), Condition("team", ("none",)),
        Condition("language", ("de",)), Condition("waits", ("24",)), Condition("unplaced", ("yes",)),
        Condition("assignee", ("none",)),
    ]
)  # fmt: skip


@pytest.fixture
def several(open_ticket: Open, kim_address: Address, billing: Team, mira: Agent, now: datetime) -> list[Ticket]:
    changes = [
        {}, {"status": "open", "priority": 3}, {"topic": "umzug"}, {"tags": ["vip", "x"]}, {"team": billing},
        {"assignee": mira, "status": "waiting_customer"}, {"tags": ["x"], "priority": 4, "topic": "umzug"},
    ]  # fmt: skip
    found = [
        open_ticket(kim_address, at=now - timedelta(hours=20 * place), channel=("email", "form")[place % 2])
        for place, _change in enumerate(changes)
    ]
    changed = zip(found, changes, strict=True)
    return [tickets.change(one, tickets.Change(**change), actor=SYSTEM, at=now) for one, change in changed]  # type: ignore[arg-type]


def test_a_condition_and_the_filter_of_a_list_say_the_same(several: list[Ticket], admin: Agent, now: datetime) -> None:
    """Narrowed in the database or told in memory: the same tickets."""
    facts = {one.pk: of(one, now) for one in Ticket.objects.filter(pk__in=[each.pk for each in several])}

    @given(st.lists(CONDITIONS, min_size=1, max_size=3))
    def holds(wanted: list[Condition]) -> None:
        once = {one.field: one for one in wanted}
        rule = Definition(Trigger("daily"), (TAG,), all=tuple(once.values()))
        narrowed = set(preview.candidates(rule, admin, now).values_list("pk", flat=True))
        assert narrowed == {pk for pk, known in facts.items() if fits(rule, known)}

    holds()


# by the clock


@given(
    trigger=st.builds(
        Trigger, st.sampled_from(("daily", "hourly", "quiet")), st.integers(0, 23), st.integers(1, 12), st.just(7),
        st.booleans(),
    ),
    after=st.integers(0, 60 * 24 * 20),
    later=st.integers(0, 60 * 24 * 3),
)  # fmt: skip
def test_a_turn_lies_between_and_is_taken_once(trigger: Trigger, after: int, later: int) -> None:
    begin = datetime(2026, 10, 18, tzinfo=UTC) + timedelta(minutes=after)  # over the end of summer time
    now = begin + timedelta(minutes=later)
    moment = turn(trigger, after=begin, now=now, zone=BERLIN, hours=WEEK)
    if moment is None:
        return
    assert begin < moment <= now
    assert turn(trigger, after=moment, now=moment, zone=BERLIN, hours=WEEK) is None
    if trigger.kind == "daily":
        assert moment.astimezone(BERLIN).hour == trigger.hour
    if trigger.open_only and trigger.kind != "daily":
        assert is_open(WEEK, moment)
    if trigger.open_only:
        assert moment.astimezone(BERLIN).weekday() < 5


def test_every_day_at_eight_on_working_days() -> None:
    daily = Trigger("daily", hour=8, open_only=True)
    friday, monday = datetime(2026, 11, 20, 7, tzinfo=UTC), datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert turn(daily, after=friday - timedelta(hours=1), now=friday, zone=BERLIN, hours=WEEK) == friday
    for hours in (1, 24, 48, 71):
        assert turn(daily, after=friday, now=friday + timedelta(hours=hours), zone=BERLIN, hours=WEEK) is None
    assert turn(daily, after=friday, now=monday, zone=BERLIN, hours=WEEK) == monday


def test_at_its_turn_a_rule_looks_at_what_is_open_and_takes_each_turn_once(
    rule: Make, open_ticket: Open, kim_address: Address, calendar: Calendar, mira: Agent, now: datetime, at: Put
) -> None:
    made = rule(Trigger("daily", hour=12), Action("note", "Wartet lange"),
                groups={"all": (Condition("waits", ("30",)),)})  # fmt: skip
    waits, fresh = open_ticket(kim_address, at=now - timedelta(days=2)), open_ticket(kim_address, at=now)
    done = tickets.resolve(open_ticket(kim_address, at=now - timedelta(days=2)), actor=Actor.agent(mira.pk), at=now)
    clock.strike(0)
    assert not Note.objects.exists()
    at(now + timedelta(hours=3))
    clock.strike(0)
    clock.strike(0)
    assert [note.ticket for note in Note.objects.all()] == [waits]
    assert RuleRun.objects.get(rule=made).occasion == "daily:2026-11-16T11:00:00Z"
    at(now + timedelta(days=1, hours=3))
    clock.strike(0)
    assert {note.ticket for note in Note.objects.all()} == {waits}
    assert Note.objects.count() == 2
    assert fresh != done


def test_of_one_silence_a_rule_speaks_once(
    rule: Make, open_ticket: Open, kim_address: Address, now: datetime, at: Put
) -> None:
    rule(Trigger("quiet", days=7), Action("note", "Still seit einer Woche"))
    ticket = open_ticket(kim_address, at=now)
    tickets.change(ticket, tickets.Change(status="waiting_customer"), actor=SYSTEM, at=now)
    for days in (6, 7, 8, 9):
        at(now + timedelta(days=days, hours=1))
        clock.strike(0)
    assert Note.objects.count() == 1


def test_a_turn_that_was_killed_is_taken_again_and_nothing_twice(
    rule: Make, open_ticket: Open, kim_address: Address, now: datetime, at: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rule(Trigger("hourly", hours=1), TAG)
    tickets_ = [open_ticket(kim_address, at=now) for _each in range(3)]
    at(now + timedelta(hours=1))

    class Killed(BaseException):
        """As when the process ends in the midst of it."""

    with monkeypatch.context() as patch:
        decide = clock.decide

        def half(occasions: Any, **more: Any) -> int:
            decide(occasions[:2], **more)
            raise Killed

        patch.setattr(clock, "decide", half)
        with pytest.raises(Killed):
            clock.take_turn(made, at=now + timedelta(hours=1))
    assert not RuleRun.objects.exists()
    assert clock.take_turn(made, at=now + timedelta(hours=1)) == 3
    assert clock.take_turn(made, at=now + timedelta(hours=1)) == 0
    assert {one.ticket_id for one in RuleRun.objects.all()} == {one.pk for one in tickets_}
