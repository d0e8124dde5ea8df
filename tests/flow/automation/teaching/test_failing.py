"""A model that fails, however it fails, stops no sorting: people sort, and it is left alone for a while."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from django.db import OperationalError
from django.db.models import F

from anliegen.flow.automation import approval, shadow
from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.learning.model import Model
from anliegen.flow.automation.models import Decision, Learnt
from anliegen.flow.automation.teaching import actions, lessons, speaking
from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Cursor
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
FAILURES = [RuntimeError("threads"), OSError("disk"), KeyError("idf"), MemoryError(), ZeroDivisionError()]


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    speaking.forget()


@pytest.fixture
def speaks(mira: Agent, now: datetime) -> Learnt:
    for code in SAID:
        examples = [one.text for one in made_up(8) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=examples, actor=SYSTEM, at=now)
    return actions.let_speak(lessons.hold(actor=LESSONS, at=now, encoder="none"), responsible=mira, by=mira, at=now)


@pytest.fixture
def waits(speaks: Learnt, now: datetime) -> Learnt:
    return lessons.hold(actor=LESSONS, at=now, encoder="none", anyway=True)


@pytest.fixture
def asked_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Learnt, object], list[int]]:
    """Let a version answer so, or fail so; the list tells how many texts it was asked each time."""
    answer = speaking.Speaking.answer

    def change(learnt: Learnt, how: object) -> list[int]:
        asked: list[int] = []

        def answers(self: speaking.Speaking, texts: Sequence[str]) -> Any:
            if self.learnt.pk != learnt.pk:
                return answer(self, texts)
            asked.append(len(texts))
            if isinstance(how, BaseException):
                raise how
            return how(answer(self, texts))

        monkeypatch.setattr(speaking.Speaking, "answer", answers)
        return asked

    return change


def sorted_messages(open_ticket: Open, address: Address, mailbox: Mailbox, run: Run, number: int = 2) -> list[Ticket]:
    made = []
    for _each in range(number):
        made.append(open_ticket(address, text="Ich ziehe um", subject="", mailbox=mailbox))
        run()
    return list(Ticket.objects.filter(pk__in=[one.pk for one in made], team=mailbox.team))


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_however_the_waiting_one_fails_all_is_sorted_and_it_is_not_asked_each_time(
    speaks: Learnt, waits: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    asked_of: Callable[[Learnt, object], list[int]], failure: Exception,
) -> None:  # fmt: skip
    asked = asked_of(waits, failure)
    assert len(sorted_messages(open_ticket, kim_address, mailbox, run_pipeline)) == 2
    assert Decision.objects.real().filter(question="topic", choice="topic:umzug").count() == 2
    assert not Cursor.objects.exclude(failed_at=None).exists()
    assert (len(asked), Decision.objects.filter(is_shadow=True).count()) == (1, 0)


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_however_the_speaking_one_fails_people_sort(
    speaks: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    asked_of: Callable[[Learnt, object], list[int]], failure: Exception,
) -> None:  # fmt: skip
    asked_of(speaks, failure)
    assert len(sorted_messages(open_ticket, kim_address, mailbox, run_pipeline)) == 2
    assert not Decision.objects.filter(question="topic").exists()


def test_what_is_no_number_is_refused_of_either(
    speaks: Learnt, waits: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    certain = Model._unusual
    monkeypatch.setattr(Model, "_unusual", lambda self, scores: tuple(np.nan * one for one in certain(self, scores)))
    assert len(sorted_messages(open_ticket, kim_address, mailbox, run_pipeline)) == 2
    assert not Decision.objects.filter(question="topic").exists()


def test_what_the_database_refuses_of_the_waiting_one_is_taken_back_alone(
    speaks: Learnt, waits: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    submit = approval.submit

    def refused(*given: Any, is_shadow: bool = False, **named: Any) -> Decision:
        made = submit(*given, is_shadow=is_shadow, **named)
        if is_shadow:
            Topic.objects.update(code="x" * 1000)  # longer than its column
        return made

    monkeypatch.setattr(approval, "submit", refused)
    assert len(sorted_messages(open_ticket, kim_address, mailbox, run_pipeline)) == 2
    assert Decision.objects.real().filter(question="topic", choice="topic:umzug").count() == 2
    assert not Decision.objects.filter(is_shadow=True).exists()


@pytest.mark.parametrize("which", ["speaks", "waits"])
def test_a_database_that_is_away_is_no_fault_of_the_model(
    speaks: Learnt, waits: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    asked_of: Callable[[Learnt, object], list[int]], which: str,
) -> None:  # fmt: skip
    asked_of(speaks if which == "speaks" else waits, OperationalError("the server closed the connection"))
    open_ticket(kim_address, text="Ich ziehe um", subject="", mailbox=mailbox)
    with pytest.raises(OperationalError):
        run_pipeline()


def test_its_loading_counts_against_its_time(
    speaks: Learnt, waits: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    hour, loaded = [0.0], speaking.waiting_or_none

    def slowly() -> speaking.Speaking | None:
        hour[0] += shadow.BUDGET_S + 1
        return loaded()

    monkeypatch.setattr(shadow.time, "monotonic", lambda: hour[0])
    monkeypatch.setattr(speaking, "waiting_or_none", slowly)
    assert len(sorted_messages(open_ticket, kim_address, mailbox, run_pipeline, 1)) == 1
    assert not Decision.objects.filter(is_shadow=True).exists()


def test_what_was_told_is_read_at_once_and_by_the_speaking_one_alone(
    speaks: Learnt, waits: Learnt, mira: Agent, mailbox: Mailbox, open_ticket: Open, kim_address: Address,
    run_pipeline: Run, now: datetime, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for one in made_up(4, seed=3):
        ticket = open_ticket(kim_address, text=one.text, subject="", mailbox=mailbox)
        tickets.change(ticket, Change(topic=one.label), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    speaking.forget()
    read: list[int] = []
    points = Model._points
    monkeypatch.setattr(
        Model, "_points", lambda self, texts, rows: (read.append(len(texts)), points(self, texts, rows))[1]
    )
    speaking_one, waiting_one = speaking.current(), speaking.waiting_or_none()
    assert speaking_one is not None and waiting_one is not None
    assert read == [len(speaking_one.said)] and read[0] >= 12
    assert waiting_one.model is waiting_one.untaught


def test_one_that_cannot_be_read_is_not_tried_with_each_message(
    speaks: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tried: list[str] = []
    get = files.get
    monkeypatch.setattr(files, "get", lambda sha256: (tried.append(sha256), get(sha256))[1])
    Learnt.objects.filter(pk=speaks.pk).update(sha256="0" * 64)
    assert len(sorted_messages(open_ticket, kim_address, mailbox, run_pipeline, 3)) == 3
    assert tried == ["0" * 64]
    Learnt.objects.filter(pk=speaks.pk).update(sha256=speaks.sha256)
    speaking.forget()
    sorted_messages(open_ticket, kim_address, mailbox, run_pipeline, 1)
    assert Decision.objects.filter(question="topic", choice="topic:umzug").count() == 1


def test_without_its_encoder_its_file_is_not_even_read(speaks: Learnt, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(files, "get", tried.append)
    Learnt.objects.filter(pk=speaks.pk).update(encoder="gone", version=F("version"))
    with pytest.raises(encoders.EncoderMissing):
        speaking.current()
    assert tried == []
