"""Counting what one sender does: exactly, also when many attempts come in the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from anliegen.faces.portal import limits
from anliegen.faces.portal.models import Attempts
from anliegen.ground import clock

SIDE_BY_SIDE = 8


def allowed(who: str = "192.0.2.1", *, most: int = 2, within_s: int = 60) -> bool:
    return limits.allows("concern", who, most=most, within_s=within_s)


@pytest.mark.django_db(transaction=True)
def test_of_attempts_in_the_same_moment_no_more_are_let_in_than_may_be() -> None:
    at_once = Barrier(SIDE_BY_SIDE)

    def try_often(_number: int) -> list[bool]:
        at_once.wait()
        try:
            return [allowed(most=30) for _ in range(10)]
        finally:
            connection.close()

    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        answers = [answer for some in threads.map(try_often, range(SIDE_BY_SIDE)) for answer in some]
    assert (answers.count(True), answers.count(False)) == (30, 50)


@pytest.mark.django_db
def test_each_sender_and_each_thing_has_a_count_of_its_own() -> None:
    assert [allowed(), allowed(), allowed(), allowed("192.0.2.2")] == [True, True, False, True]
    assert limits.allows("link", "192.0.2.1", most=2, within_s=60) is True


@pytest.mark.django_db
def test_after_the_time_counting_begins_anew() -> None:
    assert [allowed(), allowed(), allowed()] == [True, True, False]
    Attempts.objects.update(until=clock.now() - timedelta(seconds=1))
    assert [allowed(), allowed(), allowed()] == [True, True, False]


@pytest.mark.django_db
def test_what_counts_for_nothing_any_more_is_forgotten_and_no_address_was_kept() -> None:
    allowed(within_s=60)
    allowed("192.0.2.2", within_s=3600)
    assert not Attempts.objects.filter(key__contains="192.0.2").exists()
    assert limits.forget(at=clock.now() + timedelta(seconds=120)) == 1
    assert Attempts.objects.count() == 1
