import re
from datetime import datetime

import pytest
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Person
from anliegen.records.tickets.models import Ticket

CALL = {"channel": "phone", "name": "Kim Berger", "subject": "Rückruf zum Abschlag", "text": "Bittet um Rückruf."}


def test_a_call_is_written_down(miras: Client, mira: Agent, brand: Brand, billing: Team) -> None:
    given = CALL | {"phone": "0341 999 88 77", "email": "kim@example.org", "team": billing.pk, "take": "on"}
    response = miras.post("/workspace/tickets/new/", given)
    made = Ticket.objects.get()
    assert response.headers["Location"] == f"/workspace/tickets/{made.pk}/"
    assert (made.channel, made.team_id, made.assignee_id) == ("phone", billing.pk, mira.pk)
    assert sorted(made.person.addresses.values_list("kind", "value")) == [
        ("email", "kim@example.org"),
        ("phone", "0341 999 88 77"),
    ]
    opened = Event.objects.get(verb="ticket.opened")
    assert opened.actor == f"agent:{mira.pk}"


def test_somebody_we_know_is_recognised_by_the_number(miras: Client, brand: Brand, now: datetime) -> None:
    known = customers.meet(kind="phone", value="+49 341 9998877", name="Kim Berger", actor=SYSTEM, at=now)
    miras.post("/workspace/tickets/new/", CALL | {"phone": "0341/9998877"})
    assert Ticket.objects.get().person_id == known.person_id


def test_a_letter_without_any_address_has_its_person(miras: Client, brand: Brand) -> None:
    miras.post("/workspace/tickets/new/", CALL | {"channel": "letter"})
    assert Person.objects.get().name == "Kim Berger"
    assert Ticket.objects.get().channel == "letter"


def test_what_is_missing_is_named_and_the_rest_kept(miras: Client, brand: Brand) -> None:
    response = miras.post("/workspace/tickets/new/", CALL | {"name": "", "phone": "12"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "Für eine Telefonnummer ist das zu kurz." in html
    assert "Bittet um Rückruf." in html
    assert not Ticket.objects.exists()


def test_an_answer_to_a_call_is_kept_as_what_was_said(miras: Client, brand: Brand, billing: Team) -> None:
    miras.post("/workspace/tickets/new/", CALL | {"team": billing.pk})
    made = Ticket.objects.get()
    html = miras.get(f"/workspace/tickets/{made.pk}/").content.decode()
    assert "Festhalten, was Kim Berger gesagt wurde" in html
    given = {"text": "Zurückgerufen.", "status": "resolved", "version": made.version, "seen": 0}
    miras.post(f"/workspace/tickets/{made.pk}/reply/", given)
    said = made.messages.get(direction="out")
    assert (said.channel, said.to) == ("phone", [])


def drawn(client: Client) -> dict[str, str]:
    """What the form carries when the page was opened."""
    html = client.get("/workspace/tickets/new/").content.decode()
    return dict(re.findall(r'<input type="hidden" name="(seen)" value="(\d+)">', html))


@pytest.mark.parametrize(
    "way", [{}, {"phone": "0341 999 88 77"}, {"phone": "0341 999 88 77", "email": "k@example.org"}]
)
def test_what_is_written_down_twice_by_one_form_is_one_concern(
    miras: Client, billing: Team, brand: Brand, way: dict[str, str]
) -> None:
    given = drawn(miras) | CALL | way | {"team": billing.pk}
    first, second = (miras.post("/workspace/tickets/new/", given) for _press in range(2))
    made = Ticket.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == f"/workspace/tickets/{made.pk}/"
    assert Person.objects.count() == 1
    assert Event.objects.filter(verb__in=["ticket.opened", "message.received"]).count() == 2


@pytest.mark.parametrize(
    "other", [{"name": "Tom Ey"}, {"text": "Nochmals."}, {"subject": "Zähler"}, {"phone": "0341 12"}]
)
def test_other_words_in_the_same_form_are_another_concern(miras: Client, brand: Brand, other: dict[str, str]) -> None:
    given = drawn(miras) | CALL
    miras.post("/workspace/tickets/new/", given)
    miras.post("/workspace/tickets/new/", given | other)
    assert Ticket.objects.count() == 2


def test_the_same_words_in_a_new_form_or_of_a_colleague_are_another_concern(
    miras: Client, janas: Client, brand: Brand
) -> None:
    given = drawn(miras) | CALL
    miras.post("/workspace/tickets/new/", given)
    janas.post("/workspace/tickets/new/", given)
    miras.post("/workspace/tickets/new/", drawn(miras) | CALL)
    assert Ticket.objects.count() == 3


def test_whoever_may_not_open_concerns_is_refused(mira: Agent, miras: Client, brand: Brand) -> None:
    mira.role.permissions = ["ticket.read"]
    mira.role.save()
    assert miras.get("/workspace/tickets/new/").status_code == 403
    assert miras.post("/workspace/tickets/new/", CALL).status_code == 403
