"""One press, and the right next concern is there, with a sentence that says why."""

from django.test import Client

from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket


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
    form = {"starves_after_hours": "1", "gives_breathers": "on", "heavy_topics": "Trauerfall, beschwerde"}
    assert "so lange niemand warten soll" in janas.post("/workspace/settings/turns/preview/", form).text
    assert janas.post("/workspace/settings/turns/", form).status_code == 302
    form["starves_after_hours"] = "0"
    assert janas.post("/workspace/settings/turns/", form).status_code == 422
