"""What was said and written down: a button that is pressed twice at once opens one concern."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection

from anliegen.flow.channels import spoken
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Brand
from anliegen.records.tickets.models import Ticket


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_are_one_concern(mira: Agent, brand: Brand, now: datetime) -> None:
    said = spoken.Spoken(channel="phone", name="Kim Berger", subject="Rückruf", text="Bittet um Rückruf.")
    start = Barrier(4)

    def press(_number: int) -> int:
        start.wait(timeout=20)
        try:
            by = Actor.agent(mira.pk)
            return spoken.write_down(said, brand=brand, team=None, assignee=None, after=0, actor=by, at=now).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        numbers = set(threads.map(press, range(4)))
    assert numbers == set(Ticket.objects.values_list("pk", flat=True))
    assert len(numbers) == 1
