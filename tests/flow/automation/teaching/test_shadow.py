"""The version that waits reads along silently: kept apart from decisions, without effect, and never in the way."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.flow.automation import approval, shadow
from anliegen.flow.automation.models import Decision, Learnt
from anliegen.flow.automation.teaching import actions, beside, lessons, speaking
from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance.dossier import dossier
from anliegen.oversight.compliance.register import figures
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Topic
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket
from tests.flow.automation.learning.examples import SAID, made_up

Open = Callable[..., Ticket]
Run = Callable[[], int]
LESSONS = Actor.rule("lessons")


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    speaking.forget()
    figures.forget()


@pytest.fixture
def topics(mira: Agent, now: datetime) -> None:
    for code in SAID:
        examples = [one.text for one in made_up(8) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=examples, actor=SYSTEM, at=now)


@pytest.fixture
def speaks(topics: None, mira: Agent, now: datetime) -> Learnt:
    return actions.let_speak(lessons.hold(actor=LESSONS, at=now, encoder="none"), responsible=mira, by=mira, at=now)


@pytest.fixture
def waits(speaks: Learnt, now: datetime) -> Learnt:
    return lessons.hold(actor=LESSONS, at=now, encoder="none", anyway=True)


def shadows() -> list[Decision]:
    return list(Decision.objects.filter(is_shadow=True).order_by("pk"))


def test_it_says_silently_what_it_would_have_said_and_nothing_comes_of_it(
    waits: Learnt, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.0)
    speaking.forget()
    ticket = open_ticket(kim_address, text="Ich ziehe um", subject="")
    run_pipeline()
    ticket.refresh_from_db()
    (tried,), real = shadows(), Decision.objects.real().get(question="topic")
    assert (tried.author, tried.question, tried.choice) == ("model:triage@2", "topic", "topic:umzug")
    assert (tried.applied_at, tried.waits, tried.message_id) == (None, False, real.message_id)
    assert (real.author, real.applied_at is not None, ticket.topic) == ("model:triage@1", True, "umzug")
    assert Event.objects.filter(verb="decision.tried", actor="model:triage@2").count() == 1
    assert not Event.objects.filter(verb="decision.made", actor="model:triage@2").exists()
    told = dossier(ticket, viewer=mira, with_notes=True, at=now)
    said = {one["author"]: one["only_tried_out"] for one in told["decisions"]}
    assert said["model:triage@2"] is True and said["model:triage@1"] is False
    assert "decision.tried" not in {one["verb"] for one in told["events"]}
    approval.confirm(real, by=mira, at=now)
    assert speaking.log() == [(real.confidence, True)]
    assert not any(author.endswith("@2") for author in figures.lately(now))


def test_before_any_speaks_it_reads_alone_and_the_comparison_says_what_it_would_have_done(
    topics: None, mira: Agent, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    now: datetime,
) -> None:  # fmt: skip
    learnt = lessons.hold(actor=LESSONS, at=now, encoder="none")
    assert beside.of(learnt) is None
    right = open_ticket(kim_address, text="Ich ziehe um", subject="", mailbox=mailbox)
    odd = open_ticket(kim_address, text="Rezept für Apfelkuchen mit Streuseln", subject="", mailbox=mailbox)
    run_pipeline()
    odd.refresh_from_db()
    assert (odd.topic, odd.unplaced_since) == ("", None)  # it was let say nothing
    tickets.change(right, Change(topic="umzug"), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    seen = beside.of(learnt)
    assert seen is not None
    assert (seen.old, seen.new.read, seen.new.silent, seen.new.settled, seen.new.right) == (None, 2, 1, 1, 1)
    assert seen.verdict == "few"


def test_both_are_compared_on_what_both_read_and_it_stays_with_the_version(
    waits: Learnt, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    made = [open_ticket(kim_address, text=one.text, subject="") for one in made_up(2, seed=3)]
    run_pipeline()
    # As if the waiting one said otherwise of the first.
    first = next(one for one in shadows() if one.ticket_id == made[0].pk)
    Decision.objects.filter(pk=first.pk).update(choice="topic:rechnung", confidence=0.9)
    for ticket in made:
        said = Decision.objects.real().filter(ticket=ticket, question="topic").exclude(choice="").first()
        if said is not None:
            approval.confirm(said, by=mira, at=now)
    run_pipeline()
    seen = beside.of(waits)
    assert seen is not None and seen.old is not None
    assert (seen.version, seen.against, seen.new.read, seen.same) == (2, 1, len(made), len(made) - 1)
    assert (seen.only_old, seen.only_new, seen.differing) == (1, 0, (made[0].pk,))
    actions.let_speak(waits, responsible=mira, by=mira, at=now)
    waits.refresh_from_db()
    live = waits.figures["live"]
    assert (live["against"], live["only_old"], live["new"]["read"]) == (1, 1, len(made))


@pytest.mark.parametrize("failure", ["its file is gone", "it fails"])
def test_a_waiting_version_that_fails_keeps_nobody_waiting(
    waits: Learnt, open_ticket: Open, kim_address: Address, run_pipeline: Run, monkeypatch: pytest.MonkeyPatch,
    failure: str,
) -> None:  # fmt: skip
    if failure == "it fails":
        answer = speaking.Speaking.answer

        def fails(self: speaking.Speaking, texts: list[str]) -> object:
            if self.learnt.pk == waits.pk:
                raise ValueError("shapes")
            return answer(self, texts)

        monkeypatch.setattr(speaking.Speaking, "answer", fails)
    else:
        content = files.path(waits.sha256)
        Learnt.objects.filter(pk=waits.pk).update(sha256="0" * 64)
        assert content.exists()
    for _message in range(2):
        open_ticket(kim_address, text="Ich ziehe um", subject="")
        run_pipeline()
    assert Decision.objects.real().filter(question="topic", choice="topic:umzug").count() == 2
    assert shadows() == []


def test_what_it_has_no_time_for_it_does_not_read(
    waits: Learnt, open_ticket: Open, kim_address: Address, run_pipeline: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "BUDGET_S", -1.0)
    open_ticket(kim_address, text="Ich ziehe um", subject="")
    run_pipeline()
    assert Decision.objects.real().filter(question="topic").count() == 1
    assert shadows() == []
    seen = beside.of(waits)
    assert seen is None


@pytest.mark.parametrize(
    "text",
    ["Mein Mann ist verstorben, ich ziehe um.", "Ich ziehe um. Ich will mit einem Menschen sprechen."],
)
def test_no_model_reads_what_people_alone_will_see_to(
    waits: Learnt, mailbox: Mailbox, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch, text: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.0)  # it would be applied
    speaking.forget()
    ticket = open_ticket(kim_address, text=text, subject="", mailbox=mailbox)
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.by_hand_since is not None
    assert (ticket.topic, ticket.team) == ("", mailbox.team)
    assert not Decision.objects.filter(question="topic").exists()


def test_a_text_is_read_for_signals_once(
    waits: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from anliegen.flow.automation.signals import once  # noqa: PLC0415

    read, texts = once.read, []
    monkeypatch.setattr(once, "read", lambda text: texts.append(text) or read(text))
    open_ticket(kim_address, text="Ich ziehe um, einmalig und unverwechselbar", subject="", mailbox=mailbox)
    run_pipeline()
    assert len(texts) == 1


def test_by_night_one_that_is_still_compared_is_not_replaced_for_a_week(
    waits: Learnt, mira: Agent, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    now: datetime,
) -> None:  # fmt: skip
    ticket = open_ticket(kim_address, text="Ich ziehe um", subject="", mailbox=mailbox)
    run_pipeline()
    tickets.change(ticket, Change(topic="umzug"), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    with pytest.raises(lessons.StillWatched):
        lessons.hold(actor=LESSONS, at=now + timedelta(days=6), encoder="none")
    later = lessons.hold(actor=LESSONS, at=now + timedelta(days=8), encoder="none")
    waits.refresh_from_db()
    assert (later.version, waits.state, waits.reason, waits.figures["live"]["new"]["read"]) == (
        3, "refused", "replaced", 1,
    )  # fmt: skip


def test_what_was_only_tried_out_goes_in_time_and_decisions_stay(
    waits: Learnt, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    open_ticket(kim_address, text="Ich ziehe um", subject="")
    run_pipeline()
    made_at = shadows()[0].made_at
    assert beside.forget(at=made_at + beside.KEPT_FOR - timedelta(hours=1)) == 0
    assert beside.forget(at=made_at + beside.KEPT_FOR + timedelta(hours=1)) == 1
    assert Decision.objects.real().filter(question="topic").count() == 1
