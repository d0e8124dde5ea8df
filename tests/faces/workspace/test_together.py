"""Working together at a ticket's page: asking in, handing over, following, marking, beginning to write."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Asked
from anliegen.records.tickets.models import Claim, Handover, Highlight, Mention, Message, Note, Ticket


@pytest.fixture
def toms_parts(tom: Agent, logged_in: Callable[..., Client]) -> Client:
    return logged_in(tom, htmx=True)


def page_of(client: Client, ticket: Ticket) -> str:
    return client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def send(client: Client, ticket: Ticket, **more: Any) -> Any:
    now = fresh(ticket)
    form = {"text": "Wir prüfen das.", "status": "waiting_customer", "version": now.version, "seen": 10**9} | more
    return client.post(f"/workspace/tickets/{ticket.pk}/reply/", form)


def seen_of(ticket: Ticket) -> dict[str, int]:
    """What the answer's form carries: the ticket's version and its newest event."""
    return {"version": ticket.version, "seen": Event.objects.latest("pk").pk}


# Asking in


def test_a_note_with_a_name_asks_that_colleague(miras_parts: Client, ticket: Ticket, admin: Agent) -> None:
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", {"text": "@Jana Kowalski, geht das?"}).content
    assert list(Mention.objects.values_list("agent", flat=True)) == [admin.pk]
    assert "Jana Kowalski: gefragt" in html.decode()


def test_a_team_is_asked_by_its_name(miras_parts: Client, ticket: Ticket, mira: Agent, billing: Team) -> None:
    miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", {"text": "@Abrechnung wer?"})
    assert Mention.objects.count() == 0  # nobody but the author is in it
    actions.write_note(ticket, text="@Abrechnung", asked=[Asked(mira, billing)], actor=SYSTEM, at=ticket.created_at)
    assert "Abrechnung: gefragt" in page_of(miras_parts, ticket)


def test_who_may_not_see_it_is_said_before_anything_is_kept(miras_parts: Client, ticket: Ticket, tom: Agent) -> None:
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", {"text": "@Tom Richter?"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "Diesen Vorgang sehen bisher nicht: Tom Richter." in html
    assert "Hinzuziehen und Notiz speichern" in html
    assert "@Tom Richter?" in html
    assert Note.objects.count() == 0


def test_bringing_in_is_a_choice_and_lets_the_colleague_see_it(
    miras_parts: Client, toms: Client, ticket: Ticket, tom: Agent
) -> None:
    given = {"text": "@Tom Richter?", "unseeing": "bring"}
    assert miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", given).status_code == 200
    assert fresh(ticket).guests == [tom.pk]
    assert "Sie werden in einer Notiz etwas gefragt:" in page_of(toms, ticket)


def test_without_them_the_note_asks_nobody(miras_parts: Client, ticket: Ticket, tom: Agent) -> None:
    given = {"text": "@Tom Richter?", "unseeing": "without"}
    assert miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", given).status_code == 200
    assert (Note.objects.count(), Mention.objects.count(), fresh(ticket).guests) == (1, 0, [])


def test_who_may_not_assign_may_not_bring_in(miras_parts: Client, ticket: Ticket, mira: Agent, tom: Agent) -> None:
    mira.role.permissions = [one for one in mira.role.permissions if one != "ticket.assign"]
    mira.role.save()
    given = {"text": "@Tom Richter?"}
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", given).content.decode()
    assert "Hinzuziehen und Notiz speichern" not in html
    forced = miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", given | {"unseeing": "bring"})
    assert (forced.status_code, fresh(ticket).guests) == (403, [])


def test_the_names_to_choose_from_say_who_does_not_see_it(
    miras: Client, ticket: Ticket, mira: Agent, tom: Agent, admin: Agent, billing: Team
) -> None:
    names = miras.get(f"/workspace/tickets/{ticket.pk}/colleagues/").json()["names"]
    assert names == [
        {"name": "Abrechnung", "team": True, "sees": True},
        {"name": "Jana Kowalski", "team": False, "sees": True},
        {"name": "Technik", "team": True, "sees": True},
        {"name": "Tom Richter", "team": False, "sees": False},
    ]


def test_what_was_asked_stands_above_the_concern_until_it_is_seen_to(
    miras_parts: Client, ticket: Ticket, mira: Agent, admin: Agent, now: datetime
) -> None:
    note = actions.write_note(ticket, text="@Mira", asked=[Asked(mira)], actor=Actor.agent(admin.pk), at=now)
    assert f'href="#n{note.pk}"' in page_of(miras_parts, ticket)
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/settle/").content.decode()
    assert "Mira Yılmaz: erledigt" in html
    assert "in einer Notiz etwas gefragt" not in html


# Private notes


def test_a_private_note_is_told_apart_and_hidden_from_others(
    miras_parts: Client, janas: Client, ticket: Ticket, admin: Agent
) -> None:
    given = {"text": "Schwieriger Fall", "is_side": "on"}
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", given).content.decode()
    assert "Private Notiz" in html
    assert "nur für Sie" in re.sub(r"\s+", " ", html)
    assert "Schwieriger Fall" not in page_of(janas, ticket)


def test_a_private_note_names_its_readers_who_see_it(
    miras_parts: Client, janas: Client, ticket: Ticket, admin: Agent
) -> None:
    given = {"text": "@Jana Kowalski: unter uns", "is_side": "on"}
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", given).content.decode()
    assert "nur für Jana Kowalski, Sie" in html
    assert "nur für Mira Yılmaz, Sie" in page_of(janas, ticket)


# Handing over


def test_giving_it_away_asks_for_a_line_first(miras_parts: Client, ticket: Ticket, admin: Agent) -> None:
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/assign/", {"assignee": admin.pk})
    html = response.content.decode()
    assert (response.status_code, response.headers["HX-Retarget"]) == (422, "#asked")
    assert f'<option value="agent:{admin.pk}" selected>' in html
    assert "Stand in einer Zeile" in html
    assert fresh(ticket).assignee_id is None


@pytest.mark.parametrize("to", ["self", "nobody"])
def test_taking_it_on_and_laying_it_down_ask_for_nothing(
    miras_parts: Client, ticket: Ticket, mira: Agent, to: str
) -> None:
    value = str(mira.pk) if to == "self" else ""
    assert miras_parts.post(f"/workspace/tickets/{ticket.pk}/assign/", {"assignee": value}).status_code == 200
    assert Handover.objects.count() == 0


def test_the_line_stands_above_the_concern_for_who_gets_it_and_in_the_timeline_for_all(
    miras_parts: Client, janas: Client, ticket: Ticket, admin: Agent
) -> None:
    given = {"to": f"agent:{admin.pk}", "summary": "Gutschrift fehlt noch"}
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/handover/", given).content.decode()
    assert "Mira Yılmaz übergibt Ihnen das:" not in html
    seen = page_of(janas, ticket)
    assert "Mira Yılmaz übergibt Ihnen das:" in seen
    assert seen.count("Gutschrift fehlt noch") == 2
    assert "Mira Yılmaz hat den Vorgang an Jana Kowalski übergeben" in seen
    assert "hat den Vorgang Jana Kowalski" not in seen  # the assignment is not told beside it


def test_without_a_line_the_form_comes_back_with_what_is_missing(
    miras_parts: Client, ticket: Ticket, admin: Agent
) -> None:
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/handover/", {"to": f"agent:{admin.pk}", "summary": ""})
    assert response.status_code == 422
    assert "Bitte sagen Sie in einer Zeile, wie der Stand ist" in response.content.decode()
    assert Handover.objects.count() == 0


def test_the_receiver_says_that_it_is_read_or_gives_it_back_with_a_reason(
    janas: Client, ticket: Ticket, mira: Agent, admin: Agent, now: datetime
) -> None:
    row = actions.pass_on(ticket, to=admin, summary="Bitte", actor=Actor.agent(mira.pk), at=now)
    back = f"/workspace/tickets/{ticket.pk}/handover/{row.pk}/back/"
    assert "An Mira Yılmaz zurückgeben" in janas.get(back, headers={"HX-Request": "true"}).content.decode()
    assert janas.post(back, {"reason": ""}).status_code == 422
    assert janas.post(back, {"reason": "gehört zur Technik"}).status_code == 302
    assert fresh(ticket).assignee_id is None or fresh(ticket).assignee_id == mira.pk
    assert Handover.objects.filter(is_return=True).values_list("summary", flat=True).get() == "gehört zur Technik"
    assert janas.post(back, {"reason": "noch einmal"}).status_code == 302
    assert Handover.objects.filter(is_return=True).count() == 1


def test_reading_it_is_enough(janas: Client, ticket: Ticket, mira: Agent, admin: Agent, now: datetime) -> None:
    actions.pass_on(ticket, to=admin, summary="Bitte", actor=Actor.agent(mira.pk), at=now)
    janas.post(f"/workspace/tickets/{ticket.pk}/handover/taken/")
    assert "übergibt Ihnen" not in page_of(janas, ticket)


def test_who_may_not_assign_cannot_hand_over(toms: Client, miras: Client, ticket: Ticket, mira: Agent) -> None:
    assert toms.get(f"/workspace/tickets/{ticket.pk}/handover/").status_code == 404
    mira.role.permissions = [one for one in mira.role.permissions if one != "ticket.assign"]
    mira.role.save()
    assert miras.get(f"/workspace/tickets/{ticket.pk}/handover/").status_code == 403


# Following, marking, letting out


def test_following_is_a_switch(miras_parts: Client, ticket: Ticket) -> None:
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/follow/").content.decode()
    assert "Verfolgt von: Mira Yılmaz" in html
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/follow/", {"stop": "1"}).content.decode()
    assert "Verfolgt von" not in html


def test_a_marked_passage_stands_out_for_all_and_says_whose_it_is(
    miras_parts: Client, janas: Client, ticket: Ticket, admin: Agent
) -> None:
    message = ticket.messages.get()
    given = {"text": "Abschlag ist", "near": "5"}
    html = miras_parts.post(f"/workspace/messages/{message.pk}/highlight/", given).content.decode()
    mark = '<mark class="passage" title="Markiert von Mira Yılmaz">Abschlag ist</mark>'
    assert mark in html
    assert mark in page_of(janas, ticket)
    row = Highlight.objects.get()
    assert "Abschlag ist" in janas.post(f"/workspace/highlights/{row.pk}/remove/", follow=True).content.decode()
    assert Highlight.objects.count() == 0


def test_words_of_a_quote_are_not_marked_and_the_page_says_so(miras_parts: Client, ticket: Ticket) -> None:
    given = {"text": "steht nicht da", "near": "x"}
    html = miras_parts.post(f"/workspace/messages/{ticket.messages.get().pk}/highlight/", given).content.decode()
    assert "Markieren lassen sich nur Worte der Nachricht selbst" in html


def test_a_mark_in_a_long_text_survives_its_fold_and_breaks_no_link(
    miras_parts: Client, open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team, now: datetime
) -> None:
    lines = [f"Zeile {number}" for number in range(120)] + ["siehe https://example.org/a?b=1&c=2 <b>dort</b>"]
    made = actions.assign(open_ticket(kim_address, text="\n".join(lines)), to=billing, actor=SYSTEM, at=now)
    message = made.messages.get()
    for text in ("Zeile 58\nZeile 59\nZeile 60\nZeile 61", "example.org/a?b=1&c=2 <b>dort"):
        html = miras_parts.post(
            f"/workspace/messages/{message.pk}/highlight/", {"text": text, "near": "9999"}
        ).content.decode()
    assert 'href="https://example.org/a?b=1&amp;c=2"' in html
    assert "&lt;b&gt;dort</mark>&lt;/b&gt;" in html
    article = html.partition(f'id="m{message.pk}"')[2].partition("</article>")[0]
    assert article.count("<mark") == article.count("</mark>")
    assert "Zeile 61</mark>" in re.sub(r"<br>\n", "", article)


def test_another_teams_message_cannot_be_marked(toms: Client, ticket: Ticket) -> None:
    address = f"/workspace/messages/{ticket.messages.get().pk}/highlight/"
    assert toms.post(address, {"text": "Abschlag", "near": "0"}).status_code == 404


def test_a_guest_can_be_let_out_again(
    miras_parts: Client, toms: Client, ticket: Ticket, tom: Agent, now: datetime
) -> None:
    actions.bring_in(ticket, [tom], actor=SYSTEM, at=now)
    assert "Hinzugezogen und darum zu sehen für:" in page_of(toms, ticket)
    miras_parts.post(f"/workspace/tickets/{ticket.pk}/guests/{tom.pk}/out/")
    assert toms.get(f"/workspace/tickets/{ticket.pk}/").status_code == 404


# Beginning to write


def test_writing_in_what_lies_with_nobody_claims_it_softly_and_stopping_lets_go(
    miras: Client, janas: Client, ticket: Ticket, mira: Agent
) -> None:
    address = f"/workspace/tickets/{ticket.pk}/writing/"
    assert miras.post(address, {"tab": "t1", "still": "1"}).status_code == 204
    assert Claim.objects.get().agent_id == mira.pk
    assert "Mira Yılmaz hat eine Antwort begonnen" in page_of(janas, ticket)
    assert "hat eine Antwort begonnen" not in page_of(miras, ticket)
    assert send(janas, ticket).status_code == 302  # never a lock
    miras.post(address, {"tab": "t1", "still": "0"})
    assert Claim.objects.count() == 0


def test_nobody_writes_where_they_see_nothing(toms: Client, ticket: Ticket) -> None:
    assert toms.post(f"/workspace/tickets/{ticket.pk}/writing/", {"tab": "t"}).status_code == 404


# What stops an answer


def test_a_colleagues_note_stops_the_answer_with_its_beginning(
    miras_parts: Client, ticket: Ticket, admin: Agent, now: datetime
) -> None:
    seen = seen_of(ticket)
    actions.write_note(ticket, text="Bitte nicht mehr antworten.", actor=Actor.agent(admin.pk), at=now)
    response = send(miras_parts, ticket, **seen)
    assert response.status_code == 422
    assert "Jana Kowalski hat eine interne Notiz geschrieben: Bitte nicht mehr antworten." in response.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_a_private_note_of_somebody_else_stops_nobody_and_is_not_told(
    miras_parts: Client, ticket: Ticket, admin: Agent, now: datetime
) -> None:
    seen = seen_of(ticket)
    actions.write_note(ticket, text="Geheim", is_side=True, actor=Actor.agent(admin.pk), at=now)
    assert send(miras_parts, ticket, **seen).status_code == 200


def test_a_handover_stops_the_answer_and_is_told_once(
    miras_parts: Client, ticket: Ticket, mira: Agent, admin: Agent, now: datetime
) -> None:
    seen = seen_of(ticket)
    actions.pass_on(ticket, to=mira, summary="Bitte", actor=Actor.agent(admin.pk), at=now)
    html = send(miras_parts, ticket, **seen).content.decode()
    told = html.partition("Es gibt Neues")[2].partition("</ul>")[0]
    assert re.findall(r"<li>([^<]*)</li>", told) == ["Jana Kowalski hat den Vorgang an Mira Yılmaz übergeben"]


def test_a_joined_concern_stops_the_answer(
    miras_parts: Client, ticket: Ticket, admin: Agent, open_ticket: Callable[..., Ticket], kim_address: Address,
    now: datetime,
) -> None:  # fmt: skip
    seen = seen_of(ticket)
    other = open_ticket(kim_address, at=now + timedelta(minutes=1))
    actions.join(other, ticket, actor=Actor.agent(admin.pk), at=now + timedelta(minutes=2))
    html = send(miras_parts, ticket, **seen).content.decode()
    assert f"#{other.pk}" in html.partition('role="alert"')[2].partition("</ul>")[0]


def test_an_answer_that_would_go_to_somebody_else_is_stopped_and_sent_all_the_same(
    miras_parts: Client, ticket: Ticket
) -> None:
    response = send(miras_parts, ticket, people="alt@example.org")
    html = response.content.decode()
    assert response.status_code == 422
    assert "Die Antwort ginge jetzt an jemand anderen: Kim Berger." in html
    people = re.search(r'name="people" value="([^"]*)"', html)
    assert people is not None
    assert send(miras_parts, ticket, people=people[1]).status_code == 200


# A conflict says which field it is about


def test_a_conflict_names_the_field_who_was_quicker_and_how_to_insist(
    miras_parts: Client, ticket: Ticket, admin: Agent, now: datetime
) -> None:
    seen = {"version": ticket.version, "was": str(ticket.priority)}
    actions.change(ticket, actions.Change(priority=4), actor=Actor.agent(admin.pk), at=now)
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/change/", seen | {"priority": "1"}).content.decode()
    assert "Priorität nicht geändert" in html
    assert "Jana Kowalski hat die Priorität auf dringend gesetzt" in html
    again = dict(re.findall(r'name="(version|was|priority)" value="([^"]*)"', html.partition("Priorität nicht")[2]))
    miras_parts.post(f"/workspace/tickets/{ticket.pk}/change/", again | {"priority": "1"})
    assert fresh(ticket).priority == 1
