"""One press, and the right next concern is there, with a sentence that says why."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.models import Ticket

SETTING = {
    "urgent_within_hours": "8",
    "high_within_hours": "24",
    "starves_after_hours": "72",
    "low_within_hours": "120",
    "urgent_weight": "4,0",
    "high_weight": "3,0",
    "normal_weight": "2,0",
    "low_weight": "1,0",
    "ageing_weight": "1,0",
    "gives_breathers": "on",
    "heavy_topics": "Trauerfall, beschwerde",
}


def test_the_next_concern_opens_and_says_why(ticket: Ticket, mira: Agent, miras: Client) -> None:
    answer = miras.post("/workspace/next/", follow=True)
    path, status = answer.redirect_chain[-1]
    assert (path.split("?")[0], status) == (f"/workspace/tickets/{ticket.pk}/", 302)
    assert "Jetzt dran, weil so lange niemand warten soll und die Person seit" in answer.text


def test_nobody_waits_is_said_kindly(operator: object, mira: Agent, miras: Client) -> None:
    answer = miras.post("/workspace/next/", follow=True)
    assert "Gerade wartet niemand, dem Sie antworten könnten." in answer.text


def test_what_stands_in_the_address_is_no_way_to_write_on_the_page(ticket: Ticket, miras: Client) -> None:
    page = miras.get(f"/workspace/tickets/{ticket.pk}/?why=known,<b>erfunden</b>")
    assert "Sie sich schon kennen" in page.text
    assert "erfunden" not in page.text.split("</head>")[1].split('class="why-next"')[1].split("</p>")[0]


def test_a_breath_is_nobody_else_s_affair(ticket: Ticket, mira: Agent, miras: Client) -> None:
    before = Event.objects.count()
    answer = miras.post("/workspace/breather/", follow=True)
    assert "Als Nächstes bekommen Sie etwas Leichteres." in answer.text
    assert Event.objects.count() == before
    assert Agent.objects.get(pk=mira.pk).breather_at is not None


def test_the_order_is_set_in_the_browser_with_its_effect_seen_first(ticket: Ticket, janas: Client) -> None:
    assert f"#{ticket.pk}" in janas.get("/workspace/settings/turns/").text
    form = SETTING | {"starves_after_hours": "1", "high_within_hours": "1", "urgent_within_hours": "1"}
    page = janas.post("/workspace/settings/turns/preview/", form).text
    assert "so lange niemand warten soll" in page
    assert janas.post("/workspace/settings/turns/", form).status_code == 302
    form["starves_after_hours"] = "0"
    assert janas.post("/workspace/settings/turns/", form).status_code == 422


def test_ceilings_and_weights_are_set_and_their_effect_is_said_first(
    ticket: Ticket, janas: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now + timedelta(hours=20))
    page = janas.get("/workspace/settings/turns/").text
    assert 'value="4,0"' in page
    assert "Niemand wartet länger, als seine Priorität erlaubt." in page
    form = SETTING | {"starves_after_hours": "10", "ageing_weight": "1,5", "normal_weight": "2,5"}
    form |= {"high_within_hours": "10", "urgent_within_hours": "4"}
    page = janas.post("/workspace/settings/turns/preview/", form).text
    assert "Nach Ihren Eingaben wäre es 1." in page
    assert janas.post("/workspace/settings/turns/", form).status_code == 302
    kept = the_operator()
    assert (kept.starves_after_hours, kept.ageing_weight, kept.normal_weight) == (10, Decimal("1.5"), Decimal("2.5"))
    event = Event.objects.filter(verb="setting.changed").latest("id")
    assert {"starves_after_hours", "ageing_weight"} <= set(event.data["fields"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"urgent_within_hours": "100"},  # longer than a high one
        {"low_within_hours": "10"},  # shorter than a normal one
        {"urgent_weight": "1,0"},  # less than a high one
        {"ageing_weight": "0"},
        {"high_weight": "viel"},
    ],
)
def test_an_order_that_contradicts_itself_is_refused(ticket: Ticket, janas: Client, wrong: dict[str, str]) -> None:
    assert janas.post("/workspace/settings/turns/", SETTING | wrong).status_code == 422
    assert the_operator().urgent_within_hours == 8


def test_the_formula_stands_with_its_numbers_in_the_concern(
    ticket: Ticket, mira: Agent, miras: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = f"/workspace/tickets/{ticket.pk}/about/"
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now + timedelta(hours=36))
    page = miras.get(about).text
    assert "Reihenfolge: 2,0 + 1,0 × 36 Std. von 72 Std. = 2,5" in page
    assert "Es hat noch Zeit" in page
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now + timedelta(hours=60))
    assert "Es darf nicht mehr lange warten" in miras.get(about).text
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now + timedelta(hours=80))
    assert "Es wartet länger, als seine Priorität erlaubt" in miras.get(about).text
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=None)
    assert "Reihenfolge:" not in miras.get(about).text
