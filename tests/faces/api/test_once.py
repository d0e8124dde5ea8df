from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

from django.db import connection

from anliegen.faces.api.kept import KEPT_FOR, forget_old_answers
from anliegen.faces.api.models import KeptAnswer
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand
from anliegen.records.tickets.models import Ticket

AT_ONCE = 4
NEW = {"subject": "Zähler", "text": "4711", "requester": {"email": "kim@example.org"}}


def test_the_same_request_several_times_at_one_moment_takes_effect_once(
    transactional_db: None, program: Callable[..., Any], mira: Agent, brand: Brand
):
    web_shop, together = program(mira), Barrier(AT_ONCE)

    def send(_number: int) -> Any:
        together.wait()
        try:
            return web_shop.post("/tickets", NEW, idempotency_key="order-17").json()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as programs:
        answers = list(programs.map(send, range(AT_ONCE)))
    assert answers == [answers[0]] * AT_ONCE
    assert answers[0]["number"] == Ticket.objects.get().pk


def test_keys_nobody_repeats_any_more_are_forgotten(mira: Agent, now: datetime):
    token, _secret = accounts.create_token(mira, scopes=["write"], actor=SYSTEM, at=now)
    for key, age in (("old", KEPT_FOR + timedelta(seconds=1)), ("young", KEPT_FOR - timedelta(seconds=1))):
        KeptAnswer.objects.create(token=token, key=key, request="0" * 64, created_at=now - age)
    assert forget_old_answers(at=now) == 1
    assert KeptAnswer.objects.get().key == "young"
