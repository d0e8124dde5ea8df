"""A macro does what its preview showed, as one group of events, and one undo takes it all back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from anliegen.flow.macros import actions
from anliegen.flow.macros.actions import CannotUndo, Differs, StillOpen
from anliegen.flow.macros.models import Macro, MacroRun
from anliegen.flow.macros.plan import Step, plan
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.knowledge import actions as knowledge
from anliegen.records.knowledge.content import Content
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Note, Ticket

Make = Callable[..., Macro]


@pytest.fixture
def macro(admin: Agent, now: datetime) -> Make:
    def make(**fields: Any) -> Macro:
        return actions.create(name="Zähler klären", actor=Actor.agent(admin.pk), at=now, **fields)

    return make


@pytest.fixture
def whole(macro: Make, technics: Team, admin: Agent, now: datetime) -> Macro:
    """Everything a macro can do."""
    block = knowledge.write(Content("Ablesen", "ablesen", {"de": "Bitte {{?Zähler}} ablesen."}),
                            actor=Actor.agent(admin.pk), at=now)  # fmt: skip
    return macro(
        status="waiting_internal", priority=3, team=technics, given_to="me", topic="zaehler",
        adds_tags=["Vor Ort"], removes_tags=["neu"], block=block, place="note",
    )  # fmt: skip


def apply(macro: Macro, ticket: Ticket, agent: Agent, at: datetime, *, text: str = "", **more: Any) -> MacroRun:
    ticket.refresh_from_db()
    shown = plan(macro, ticket, agent, text=text, at=at).digest
    run, _made = actions.apply(macro, ticket, text=text, shown=shown, given=more, agent=agent, at=at)
    return run


def state(ticket: Ticket) -> tuple[Any, ...]:
    ticket.refresh_from_db()
    return (ticket.status, ticket.priority, ticket.team, ticket.assignee, ticket.topic, ticket.tags)


def verbs(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", flat=True))


def test_the_preview_names_each_field_as_it_is_and_as_it_would_become(
    whole: Macro, ticket: Ticket, mira: Agent, billing: Team, technics: Team, now: datetime
) -> None:
    tickets.change(ticket, tickets.Change(tags=["neu", "strom"], topic="zaehler"), actor=SYSTEM, at=now)
    ticket.refresh_from_db()
    made = plan(whole, ticket, mira, text="Bitte ablesen.", at=now)
    assert made.steps == (
        Step("status", "new", "waiting_internal", True),
        Step("priority", 2, 3, True),
        Step("team", billing.pk, technics.pk, True),
        Step("assignee", None, mira.pk, True),
        Step("topic", "zaehler", "zaehler", True),
        Step("tags", ["neu", "strom"], ["strom", "vor-ort"], True),
    )
    assert [step.field for step in made.doing] == ["status", "priority", "team", "assignee", "tags"]
    assert (made.place, made.text) == ("note", "Bitte ablesen.")


def test_applying_does_it_all_in_one_group_that_begins_with_the_macro(
    whole: Macro, ticket: Ticket, mira: Agent, technics: Team, now: datetime
) -> None:
    before = len(verbs(ticket))
    run = apply(whole, ticket, mira, now, text="Bitte {{?Zähler}} ablesen.", Zähler="1 ESY 77")
    assert state(ticket) == ("waiting_internal", 3, technics, mira, "zaehler", ["vor-ort"])
    assert [note.text for note in Note.objects.filter(ticket=ticket)] == ["Bitte 1 ESY 77 ablesen."]
    assert verbs(ticket)[before:] == [
        "macro.applied", "ticket.moved", "ticket.assigned", "ticket.status_changed", "ticket.priority_changed",
        "ticket.topic_changed", "ticket.tagged", "note.written",
    ]  # fmt: skip
    event = Event.objects.get(verb="macro.applied")
    fields = ["status", "priority", "team", "assignee", "topic", "tags", "internal_note"]
    assert event.data == {"macro": f"macro:{whole.pk}", "run": f"macrorun:{run.pk}", "fields": fields}
    assert {one.at for one in Event.objects.filter(id__gte=event.pk, id__lte=run.last_event)} == {now}
    assert Macro.objects.get(pk=whole.pk).used == 1


def test_one_undo_takes_it_all_back(whole: Macro, ticket: Ticket, mira: Agent, now: datetime) -> None:
    was = state(ticket)
    responsible = ticket.responsible
    run = apply(whole, ticket, mira, now, text="Ablesen.")
    done = actions.undo(run, actor=Actor.agent(mira.pk), at=now + timedelta(minutes=1))
    assert state(ticket) == was
    assert ticket.responsible == responsible
    assert not Note.objects.filter(ticket=ticket).exists()
    assert (done.back, done.kept) == (("status", "priority", "team", "assignee", "topic", "tags", "note"), ())
    event = Event.objects.get(verb="macro.undone")
    assert (event.data["fields"], event.data["kept"]) == ([*done.back[:-1], "internal_note"], [])
    with pytest.raises(CannotUndo):
        actions.undo(run, actor=Actor.agent(mira.pk), at=now)


def test_what_somebody_has_changed_since_stays_and_is_named(
    whole: Macro, ticket: Ticket, mira: Agent, tom: Agent, now: datetime
) -> None:
    run = apply(whole, ticket, mira, now, text="Ablesen.")
    other = Actor.agent(tom.pk)
    tickets.change(ticket, tickets.Change(priority=4), actor=other, at=now)
    # There and back again: it is as the macro left it, and yet somebody's decision.
    tickets.change(ticket, tickets.Change(topic="umzug"), actor=other, at=now)
    tickets.change(ticket, tickets.Change(topic="zaehler"), actor=other, at=now)
    tickets.change(ticket, tickets.Change(assignee=tom), actor=other, at=now)
    done = actions.undo(run, actor=Actor.agent(mira.pk), at=now)
    assert done.kept == ("priority", "assignee", "topic")
    status, priority, _team, assignee, topic, tags = state(ticket)
    assert (status, priority, assignee, topic, tags) == ("new", 4, tom, "zaehler", [])
    assert ticket.responsible == tom


def test_nothing_happens_when_the_ticket_is_no_longer_as_the_preview_showed(
    whole: Macro, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    shown = plan(whole, ticket, mira, text="", at=now).digest
    tickets.change(ticket, tickets.Change(priority=4), actor=SYSTEM, at=now)
    before = verbs(ticket)
    with pytest.raises(Differs):
        actions.apply(whole, ticket, text="", shown=shown, given={}, agent=mira, at=now)
    assert verbs(ticket) == before
    assert not MacroRun.objects.exists()


def test_a_note_with_an_open_field_is_not_written(whole: Macro, ticket: Ticket, mira: Agent, now: datetime) -> None:
    with pytest.raises(StillOpen) as refused:
        apply(whole, ticket, mira, now, text="Bitte {{?Zähler}} ablesen.")
    assert refused.value.fields == ["Zähler"]
    assert state(ticket)[0] == "new"


def test_a_step_that_is_not_allowed_is_left_out_and_the_others_are_done(
    whole: Macro, ticket: Ticket, mira: Agent, billing: Team, now: datetime
) -> None:
    kept = [code for code in mira.role.permissions if code not in ("ticket.assign", "ticket.note")]
    accounts.change(mira.role, permissions=kept, actor=SYSTEM, at=now)
    agent = Agent.objects.get(pk=mira.pk)
    made = plan(whole, ticket, agent, text="Ablesen.", at=now)
    assert [step.field for step in made.steps if not step.is_allowed] == ["team", "assignee"]
    assert (made.place, made.refused) == ("", "note")
    apply(whole, ticket, agent, now, text="Ablesen.")
    assert state(ticket) == ("waiting_internal", 3, billing, None, "zaehler", ["vor-ort"])
    assert not Note.objects.filter(ticket=ticket).exists()


def test_a_text_for_the_answer_is_given_back_and_written_nowhere(
    macro: Make, ticket: Ticket, mira: Agent, admin: Agent, now: datetime
) -> None:
    block = knowledge.write(Content("A", "a", {"de": "Text"}), actor=Actor.agent(admin.pk), at=now)
    made = macro(block=block, place="reply")
    shown = plan(made, ticket, mira, text="Text", at=now).digest
    run, done = actions.apply(made, ticket, text="Text", shown=shown, given={}, agent=mira, at=now)
    assert (done.place, done.text, run.changes, run.note) == ("reply", "Text", {}, None)


def test_a_macro_that_does_nothing_is_none(macro: Make) -> None:
    with pytest.raises(IntegrityError):
        macro()


def test_a_resolution_by_macro_can_be_taken_back_and_the_customer_waits_again(
    macro: Make, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    waiting = ticket.waiting_since
    run = apply(macro(status="resolved"), ticket, mira, now)
    assert state(ticket)[0] == "resolved"
    actions.undo(run, actor=Actor.agent(mira.pk), at=now)
    assert state(ticket)[0] == "new"
    assert ticket.waiting_since == waiting


def test_what_a_macro_puts_aside_comes_back_in_the_morning_or_by_undo(
    macro: Make, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    made = macro(rests_days=3)
    run = apply(made, ticket, mira, now)
    ticket.refresh_from_db()
    assert ticket.snoozed_until == datetime(2026, 11, 19, 7, tzinfo=UTC)
    assert ticket.snoozed_by == mira
    assert actions.undo(run, actor=Actor.agent(mira.pk), at=now).back == ("snooze",)
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None


def test_a_macro_gives_back_the_moment_of_before(macro: Make, ticket: Ticket, mira: Agent, now: datetime) -> None:
    before = now + timedelta(days=9)
    tickets.snooze(ticket, until=before, actor=Actor.agent(mira.pk), at=now)
    run = apply(macro(rests_days=3), ticket, mira, now)
    actions.undo(run, actor=Actor.agent(mira.pk), at=now)
    ticket.refresh_from_db()
    assert ticket.snoozed_until == before


def test_what_somebody_has_fetched_back_since_is_not_touched(
    macro: Make, ticket: Ticket, mira: Agent, tom: Agent, now: datetime
) -> None:
    run = apply(macro(rests_days=3, priority=4), ticket, mira, now)
    tickets.wake(ticket, actor=Actor.agent(tom.pk), at=now)
    done = actions.undo(run, actor=Actor.agent(mira.pk), at=now)
    assert (done.back, done.kept) == (("priority",), ("snooze",))


def test_what_is_resolved_does_not_rest(macro: Make, ticket: Ticket, mira: Agent, now: datetime) -> None:
    made = plan(macro(rests_days=3, status="resolved"), ticket, mira, text="", at=now)
    assert [step.field for step in made.steps] == ["status"]


def test_a_change_names_its_fields_and_the_same_again_says_nothing(macro: Make, admin: Agent, now: datetime) -> None:
    made, actor = macro(priority=3), Actor.agent(admin.pk)
    actions.change(made, priority=4, topic="zaehler", actor=actor, at=now)
    actions.change(made, priority=4, actor=actor, at=now)
    actions.set_in_use(made, False, actor=actor, at=now)
    actions.set_in_use(made, False, actor=actor, at=now)
    actions.set_in_use(made, True, actor=actor, at=now)
    rows = Event.objects.filter(subject=f"macro:{made.pk}").order_by("id")
    assert [(row.verb, row.data) for row in rows] == [
        ("macro.created", {}),
        ("macro.changed", {"fields": ["priority", "topic"]}),
        ("macro.withdrawn", {}),
        ("macro.returned", {}),
    ]


def test_ones_own_macros_are_ones_own(macro: Make, admin: Agent, mira: Agent, tom: Agent, now: datetime) -> None:
    shared = macro(priority=3)
    own = actions.create(name="Meins", owner=mira, priority=4, actor=Actor.agent(mira.pk), at=now)
    assert set(Macro.objects.open_to(mira)) == {shared, own}
    assert set(Macro.objects.open_to(tom)) == {shared}


def test_undone_it_lies_aside_as_before_and_for_the_same_reason(
    macro: Make, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    before, actor = now + timedelta(days=9), Actor.agent(mira.pk)
    for number, made in enumerate((macro(rests_days=3), macro(status="resolved"))):
        tickets.snooze(ticket, until=before, reason="Ablesung abwarten", actor=actor, at=now)
        run = apply(made, ticket, mira, now)
        done = actions.undo(run, actor=actor, at=now)
        ticket.refresh_from_db()
        assert (ticket.snoozed_until, ticket.snooze_reason) == (before, "Ablesung abwarten")
        assert (done.back, done.kept) == ((("snooze",), ("status", "snooze"))[number], ())


def test_what_somebody_opened_again_since_is_not_put_aside_again(
    macro: Make, ticket: Ticket, mira: Agent, tom: Agent, now: datetime
) -> None:
    tickets.snooze(ticket, until=now + timedelta(days=9), actor=Actor.agent(mira.pk), at=now)
    run = apply(macro(status="resolved"), ticket, mira, now)
    tickets.reopen(ticket, actor=Actor.agent(tom.pk), at=now)
    assert actions.undo(run, actor=Actor.agent(mira.pk), at=now).kept == ("status", "snooze")
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None


def test_nothing_is_given_to_who_has_left(
    macro: Make, ticket: Ticket, mira: Agent, tom: Agent, technics: Team, now: datetime
) -> None:
    made = macro(given_to="agent", assignee=tom, team=technics, priority=4)
    accounts.deactivate(tom, actor=SYSTEM, at=now)
    accounts.change(technics, is_active=False, actor=SYSTEM, at=now)
    was = state(ticket)
    apply(Macro.objects.get(pk=made.pk), ticket, mira, now)
    assert state(ticket) == (was[0], 4, *was[2:])
