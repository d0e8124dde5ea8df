import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Ticket


def test_a_stranger_is_sent_to_the_login(client: Client, ticket: Ticket) -> None:
    assert client.get("/workspace/").headers["Location"] == "/workspace/login/?next=/workspace/"


def test_the_teams_list_shows_person_subject_and_what_was_said(miras: Client, ticket: Ticket) -> None:
    html = miras.get("/workspace/?view=team").content.decode()
    assert "Kim Berger" in html
    assert "Mein Abschlag ist zu hoch." in html
    assert f"/workspace/tickets/{ticket.pk}/?view=team" in html


def test_another_teams_ticket_is_in_no_list(toms: Client, ticket: Ticket) -> None:
    for view in ("mine", "team", "unassigned", "open"):
        assert "Kim Berger" not in toms.get(f"/workspace/?view={view}").content.decode()


def test_an_empty_list_says_what_will_appear(miras: Client) -> None:
    assert "Bei Ihnen liegt nichts" in miras.get("/workspace/").content.decode()


def test_one_concern_is_counted_as_one_and_two_as_two(
    miras: Client, ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address
) -> None:
    counted = r'class="count">(\d+)<span class="vh"> (\w+)</span>'
    assert set(re.findall(counted, miras.get("/workspace/").content.decode())) == {("1", "Vorgang")}
    open_ticket(kim_address)
    assert ("2", "Vorgänge") in re.findall(counted, miras.get("/workspace/").content.decode())


def test_an_unknown_view_is_ones_own(miras: Client) -> None:
    assert "Bei Ihnen liegt nichts" in miras.get("/workspace/?view=nonsense&cursor=%00~x~y").content.decode()


def test_ours_is_told_from_theirs(miras: Client, ticket: Ticket, mira: Agent, now: datetime) -> None:
    actions.reply(ticket, Answer(text="Wir prüfen das."), actor=Actor.agent(mira.pk), at=now + timedelta(hours=1))
    assert "Wir: Wir prüfen das." in miras.get("/workspace/?view=mine").content.decode()


def test_what_an_acknowledgement_says_is_no_news(miras: Client, ticket: Ticket, now: datetime) -> None:
    answer = Answer(text="Ihr Anliegen ist angekommen.")
    actions.acknowledge(ticket, answer, rule="acknowledge", actor=SYSTEM, at=now + timedelta(minutes=1))
    html = miras.get("/workspace/?view=team").content.decode()
    assert "Mein Abschlag ist zu hoch." in html
    assert "Ihr Anliegen ist angekommen." not in html


def people_in(html: str) -> list[str]:
    return re.findall(r'<span class="row-who">(.*?)</span>', html)


def link(html: str, text: str) -> str:
    """Where this link of the page leads."""
    (found,) = re.findall(rf'<a [^>]*href="([^"]*)"[^>]*>(?:(?!</a>).)*{text}', html, re.DOTALL)
    return unescape(found)


def test_by_waiting_the_longest_comes_first_and_the_address_keeps_it(
    miras: Client, open_ticket: Callable[..., Ticket], billing: Team, mira: Agent, now: datetime
) -> None:
    _many(open_ticket, billing, now, 3)
    answered = Ticket.objects.get(person__name="Person 0")
    actions.reply(answered, Answer(text="Wir prüfen das."), actor=Actor.agent(mira.pk), at=now)
    html = miras.get("/workspace/?view=team").content.decode()
    assert people_in(html) == ["Person 2", "Person 1", "Person 0"]
    html = miras.get(link(html, "Wer am längsten wartet")).content.decode()
    assert people_in(html) == ["Person 1", "Person 2", "Person 0"]
    assert link(html, "Alle offenen") == "/workspace/?view=open&order=waiting"
    assert link(html, "Neueste zuerst") == "/workspace/?view=team"
    ticket = miras.get(link(html, "Person 1")).content.decode()
    assert link(ticket, "Zurück zur Liste").startswith("/workspace/?view=team&order=waiting#t")
    assert people_in(ticket) == ["Person 1", "Person 2", "Person 0"]
    assert people_in(miras.get("/workspace/?view=team&order=nonsense").content.decode())[0] == "Person 2"


def test_pages_by_waiting_follow_each_other_without_gap(
    miras: Client, open_ticket: Callable[..., Ticket], billing: Team, now: datetime
) -> None:
    _many(open_ticket, billing, now, 53)
    first = miras.get("/workspace/?view=team&order=waiting").content.decode()
    second = miras.get(link(first, "Wartet kürzer")).content.decode()
    assert people_in(first) + people_in(second) == [f"Person {number}" for number in range(53)]
    assert people_in(miras.get(link(second, "Wartet länger")).content.decode()) == people_in(first)


def _many(open_ticket: Callable[..., Ticket], team: Team, now: datetime, count: int) -> None:
    for number in range(count):
        address = customers.meet(
            kind="email", value=f"p{number}@example.org", name=f"Person {number}", actor=SYSTEM, at=now
        )
        actions.assign(open_ticket(address, at=now + timedelta(minutes=number)), to=team, actor=SYSTEM, at=now)


def test_pages_follow_each_other_without_gap(
    miras: Client, open_ticket: Callable[..., Ticket], billing: Team, now: datetime
) -> None:
    _many(open_ticket, billing, now, 53)
    html = miras.get("/workspace/?view=team").content.decode()
    assert html.count("data-row") == 50
    older = html.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert miras.get(older).content.decode().count("data-row") == 3


def test_more_rows_take_no_more_queries(
    miras: Client, open_ticket: Callable[..., Ticket], billing: Team, now: datetime
) -> None:
    _many(open_ticket, billing, now, 2)
    miras.get("/workspace/?view=team")
    with CaptureQueriesContext(connection) as few:
        miras.get("/workspace/?view=team")
    _many(open_ticket, billing, now, 20)
    with CaptureQueriesContext(connection) as many:
        miras.get("/workspace/?view=team")
    assert len(many) == len(few)
    assert len(few) <= 12


def test_news_are_announced_and_counted(
    miras: Client, ticket: Ticket, open_ticket: Callable[..., Ticket], billing: Team, now: datetime
) -> None:
    since = ticket.last_message_at.timestamp()
    quiet = miras.get(f"/workspace/news/?view=team&since={since:.6f}").content.decode()
    assert "news" not in quiet.split('id="views"')[0]
    _many(open_ticket, billing, now + timedelta(hours=1), 3)
    told = miras.get(f"/workspace/news/?view=team&since={since:.6f}").content.decode()
    assert "3 neue" in told
    assert 'href="/workspace/?view=team"' in told
    assert 'hx-swap-oob="true"' in told


def test_whoever_reads_only_sees_no_way_to_write(
    tom: Agent, logged_in: Callable[..., Client], technics: Team, ticket: Ticket, kim_address: Address, now: datetime
) -> None:
    actions.assign(ticket, to=technics, actor=SYSTEM, at=now)
    tom.role.permissions = ["ticket.read", "customer.read"]
    tom.role.save()
    client = logged_in(tom)
    html = client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "Mein Abschlag ist zu hoch." in html
    for absent in ("compose-reply", "compose-note", "Übernehmen", 'name="status"', "Neuer Vorgang"):
        assert absent not in html
    assert client.post(f"/workspace/tickets/{ticket.pk}/reply/", {"text": "x"}).status_code == 403
