"""Links, what joining does, and problems, on the pages: found, shown beforehand, done, taken back, and who may."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from anliegen.flow.problems import actions as rounds
from anliegen.flow.problems.models import Round
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Link, Message, Problem, Ticket

Open = Callable[..., Ticket]


@pytest.fixture
def other(open_ticket: Open, kim_address: Address, billing: Team, now: datetime) -> Ticket:
    made = open_ticket(kim_address, subject="Zähler defekt", at=now + timedelta(hours=1))
    return actions.assign(made, to=billing, actor=SYSTEM, at=now)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_concern_is_found_linked_and_let_go_again(miras_parts: Client, ticket: Ticket, other: Ticket) -> None:
    base = f"/workspace/tickets/{ticket.pk}/link/"
    asked = text_of(miras_parts.get(base).content.decode())
    assert "gehört zusammen mit ist Teil von hat als Teil ist doppelt zu folgt auf Ursache ist das Problem" in asked
    found = text_of(miras_parts.get(f"{base}found/?q={other.pk}&kind=parent").content.decode())
    assert f"#{ticket.pk} ist Teil von #{other.pk}. Beide Vorgänge zeigen es." in found
    done = miras_parts.post(base, {"kind": "parent", "other": other.pk}).content.decode()
    assert f"Verknüpft: #{ticket.pk} ist Teil von #{other.pk}." in text_of(done)
    assert "Dieser Vorgang ist ein Teil davon" in done
    assert "Ist Teil dieses Vorgangs" in miras_parts.get(f"/workspace/tickets/{other.pk}/").content.decode()
    row = Link.objects.get()
    gone = miras_parts.post(f"{base}{row.pk}/remove/").content.decode()
    assert f"Die Verknüpfung mit #{other.pk} ist gelöst." in text_of(gone)
    assert not Link.objects.exists()


def test_a_circle_is_refused_in_a_sentence(miras_parts: Client, ticket: Ticket, other: Ticket, now: datetime) -> None:
    actions.link(ticket, other, kind="parent", actor=SYSTEM, at=now)
    base = f"/workspace/tickets/{other.pk}/link/"
    answer = miras_parts.post(base, {"kind": "parent", "other": ticket.pk})
    said = f"#{ticket.pk} ist schon Teil von #{other.pk}, direkt oder über ein anderes: Das wäre ein Kreis."
    assert (answer.status_code, said in text_of(answer.content.decode())) == (422, True)
    assert Link.objects.count() == 1


def test_nobody_links_what_they_may_not_see(
    miras_parts: Client, ticket: Ticket, other: Ticket, technics: Team, now: datetime
) -> None:
    actions.assign(other, to=technics, actor=SYSTEM, at=now)
    base = f"/workspace/tickets/{ticket.pk}/link/"
    for asked in (str(other.pk), "Zähler"):
        assert "Zähler defekt" not in miras_parts.get(f"{base}found/?q={asked}").content.decode()
    assert miras_parts.post(base, {"kind": "relates", "other": other.pk}).status_code == 404
    assert not Link.objects.exists()


def test_joining_shows_first_what_it_does_and_asks_again_when_something_came_between(
    miras_parts: Client, ticket: Ticket, other: Ticket, now: datetime
) -> None:
    address = f"/workspace/tickets/{other.pk}/join/{ticket.pk}/"
    shown = miras_parts.get(address).content.decode()
    words = text_of(shown)
    assert f"Was auf #{other.pk} geantwortet wird, landet in #{ticket.pk}." in words
    assert f"Aus #{other.pk} wird nicht mehr geantwortet." in words
    assert f"#{ticket.pk} bekommt dazu: 1 Nachricht." in words
    other.refresh_from_db()
    assert other.joined_into_id is None
    seen = re.search(r'name="seen" value="([^"]+)"', shown)
    assert seen is not None
    actions.change(ticket, actions.Change(priority=3), actor=SYSTEM, at=now)
    again = miras_parts.post(address, {"seen": seen[1]}).content.decode()
    assert "Noch ist nichts geschehen" in again
    seen = re.search(r'name="seen" value="([^"]+)"', again)
    assert seen is not None
    assert miras_parts.post(address, {"seen": seen[1]}).status_code == 302
    other.refresh_from_db()
    assert other.joined_into_id == ticket.pk


@pytest.fixture
def problem(ticket: Ticket, other: Ticket, mira: Agent, open_ticket: Open, now: datetime, billing: Team) -> Ticket:
    """Two customers without light, and the cause."""
    lea = customers.meet(kind="email", value="lea@example.org", name="Lea Sommer", language="de", actor=SYSTEM, at=now)
    cause = actions.assign(open_ticket(lea, subject="Stromausfall"), to=billing, actor=SYSTEM, at=now)
    by = Actor.agent(mira.pk)
    actions.declare_problem(cause, actor=by, at=now)
    actions.attach([ticket.pk, other.pk], cause, agent=mira, actor=by, at=now)
    return cause


def test_a_problem_is_declared_and_concerns_are_attached_from_its_page(
    miras: Client, ticket: Ticket, other: Ticket
) -> None:
    page = f"/workspace/tickets/{ticket.pk}/problem/"
    assert "Das ist ein Problem mit mehreren Vorgängen" in miras.get(page).content.decode()
    miras.post(page)
    assert Problem.objects.filter(ticket=ticket).exists()
    assert "Zähler defekt" in miras.get(f"{page}?q={other.pk}").content.decode()
    said = text_of(miras.post(f"{page}attach/", {"other": other.pk}, follow=True).content.decode())
    assert "1 Vorgang hängt jetzt daran." in said
    assert "Problem mit mehreren Vorgängen" in miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    miras.post(f"{page}detach/", {"other": other.pk})
    assert not Link.objects.exists()


def test_many_from_a_list_are_attached_and_taken_back_at_once(
    miras_parts: Client, problem: Ticket, open_ticket: Open, kim_address: Address
) -> None:
    third = open_ticket(kim_address)
    chosen = {"ticket": f"{third.pk}-{third.version}"}
    assert "Ursache von 1 Vorgang ist" in text_of(miras_parts.post("/workspace/attach/", chosen).content.decode())
    done = miras_parts.post("/workspace/attach/", chosen | {"problem": problem.pk}).content.decode()
    assert "1 Vorgang hängt jetzt daran." in text_of(done)
    miras_parts.post(f"/workspace/tickets/{problem.pk}/problem/detach/", {"other": third.pk})
    assert not third.links.exists()


def test_below_many_concerns_the_answer_is_one_press_away(
    miras: Client, problem: Ticket, mira: Agent, open_ticket: Open, kim_address: Address, billing: Team, now: datetime
) -> None:
    page = f"/workspace/tickets/{problem.pk}/problem/"
    few = miras.get(page).content.decode()
    assert ('href="#write"' in few, 'id="write"' in few) == (False, True)
    for number in range(8):
        one = open_ticket(kim_address, subject=f"Dunkel {number}", at=now + timedelta(days=number + 1))
        one = actions.assign(one, to=billing, actor=SYSTEM, at=now)
        actions.link(one, problem, kind="problem", actor=Actor.agent(mira.pk), at=now)
    many = miras.get(page).content.decode()
    assert many.index('href="#write"') < many.index("Dunkel 0") < many.index('id="write"')


def answer(client: Client, problem: Ticket, text: str = "{{anrede}}\n\nder Strom ist wieder da.") -> Round:
    form = {"kind": "answer", "text": text, "status": "waiting_customer"}
    made = client.post(f"/workspace/tickets/{problem.pk}/problem/round/", form)
    assert made.status_code == 302
    return Round.objects.latest("pk")


def test_an_answer_to_all_is_previewed_sent_and_shown(
    miras: Client, problem: Ticket, ticket: Ticket, other: Ticket
) -> None:
    made = answer(miras, problem)
    shown = text_of(miras.get(f"/workspace/rounds/{made.pk}/").content.decode())
    assert "2 Vorgänge bekommen je eine eigene Antwort." in shown and "kim@example.org" in shown
    line = made.lines.get(ticket=ticket)
    said = text_of(miras.get(f"/workspace/rounds/{made.pk}/lines/{line.pk}/").content.decode())
    assert "Guten Tag Kim Berger, der Strom ist wieder da." in said
    for _click in range(2):
        assert miras.post(f"/workspace/rounds/{made.pk}/").status_code == 302
    assert not Message.objects.filter(direction="out").exists()
    rounds.carry_out_some(made, at=clock.now() + timedelta(minutes=2))
    counts = [Message.objects.filter(ticket=one, direction="out").count() for one in (ticket, other, problem)]
    assert counts == [1, 1, 0]
    assert "2 Antworten sind unterwegs" in text_of(miras.get(f"/workspace/rounds/{made.pk}/").content.decode())


def test_it_is_taken_back_by_one_press(miras: Client, problem: Ticket) -> None:
    made = answer(miras, problem)
    miras.post(f"/workspace/rounds/{made.pk}/")
    miras.post(f"/workspace/rounds/{made.pk}/", {"do": "undo"})
    assert "Zurückgenommen." in miras.get(f"/workspace/rounds/{made.pk}/").content.decode()
    assert rounds.carry_out_some(made, at=clock.now() + timedelta(minutes=2)) is False
    assert not Message.objects.filter(direction="out").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Bitte schreiben Sie, was alle lesen sollen."),
        ("{{anrede}}", "Bitte schreiben Sie, was alle lesen sollen."),
        ("{{anrede}} bis {{?Uhrzeit}}", "was im Text noch offen ist: Uhrzeit"),
        ("{{anrde}} Hallo", "Diese Platzhalter kann niemand füllen: anrde"),
    ],
)
def test_what_cannot_be_sent_to_anybody_is_not_begun(miras: Client, problem: Ticket, text: str, said: str) -> None:
    form = {"kind": "answer", "text": text, "status": "open"}
    answered = miras.post(f"/workspace/tickets/{problem.pk}/problem/round/", form)
    assert (answered.status_code, said in text_of(answered.content.decode())) == (422, True)
    assert not Round.objects.exists()


def test_what_somebody_else_prepares_is_theirs(miras: Client, janas: Client, toms: Client, problem: Ticket) -> None:
    made = answer(miras, problem)
    for client in (janas, toms):
        assert client.get(f"/workspace/rounds/{made.pk}/").status_code == 404
        assert client.post(f"/workspace/rounds/{made.pk}/").status_code == 404
    assert toms.get(f"/workspace/tickets/{problem.pk}/problem/").status_code == 404


def test_who_may_only_read_declares_attaches_and_sends_nothing(
    logged_in: Callable[[Agent], Client], mira: Agent, problem: Ticket, other: Ticket
) -> None:
    mira.role.permissions = ["ticket.read"]
    mira.role.save()
    client, page = logged_in(mira), f"/workspace/tickets/{problem.pk}/problem/"
    assert client.get(page).status_code == 200
    for address, form in ((page, {}), (f"{page}detach/", {"other": other.pk}), (f"{page}round/", {"text": "Hallo"})):
        assert client.post(address, form).status_code == 403
    assert Link.objects.filter(kind="problem").count() == 2
