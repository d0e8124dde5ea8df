"""Two people who decide on versions at the same moment, each in a transaction of their own."""

import time
from collections.abc import Callable
from datetime import datetime
from threading import Thread

import pytest
from django.db import connection, transaction

from anliegen.flow.automation.models import Learnt
from anliegen.flow.automation.teaching import actions, lessons, speaking
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Topic
from tests.flow.automation.learning.examples import SAID, made_up

pytestmark = pytest.mark.django_db(transaction=True)

LESSONS = Actor.rule("lessons")
PATIENCE_S = 60.0


@pytest.fixture
def first(mira: Agent, now: datetime) -> Learnt:
    speaking.forget()
    for code in SAID:
        examples = [one.text for one in made_up(8) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=examples, actor=SYSTEM, at=now)
    return lessons.hold(actor=LESSONS, at=now, encoder="none")


def beside(other: Callable[[], object], mine: Callable[[], object]) -> list[BaseException]:
    """The other one begins while mine is done and not yet kept, and goes on when it is; what went wrong for them."""
    wrong: list[BaseException] = []

    def in_a_thread() -> None:
        try:
            other()
        except BaseException as error:  # the test looks at it
            wrong.append(error)
        finally:
            connection.close()

    thread = Thread(target=in_a_thread)
    with transaction.atomic():
        mine()
        thread.start()
        until = time.monotonic() + PATIENCE_S
        while not _somebody_waits() and thread.is_alive() and time.monotonic() < until:
            time.sleep(0.05)
    thread.join(PATIENCE_S)
    return wrong


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_of_two_versions_that_are_let_speak_at_once_the_later_speaks(first: Learnt, mira: Agent, now: datetime) -> None:
    second = lessons.hold(actor=LESSONS, at=now, encoder="none", anyway=True)

    def let(learnt: Learnt) -> Callable[[], object]:
        return lambda: actions.let_speak(learnt, responsible=mira, reason="both", by=mira, at=now)

    assert beside(let(first), let(second)) == []
    assert dict(Learnt.objects.values_list("version", "state")) == {1: "speaking", 2: "retired"}


def test_two_lessons_at_once_are_two_versions(first: Learnt, now: datetime) -> None:
    def hold() -> Learnt:
        return lessons.hold(actor=LESSONS, at=now, encoder="none", anyway=True)

    assert beside(hold, hold) == []
    assert dict(Learnt.objects.values_list("version", "state")) == {1: "refused", 2: "refused", 3: "waiting"}
