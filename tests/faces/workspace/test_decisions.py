"""What automation decided, on the ticket and in its list, and a person's word on it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anliegen.faces.workspace import proposals
from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.contest import contest
from anliegen.flow.automation.models import Decision, Told
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Role, Team, Topic
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Note, Ticket

MODEL = Actor.model("triage@3")
Decide = Callable[..., Decision]


@pytest.fixture
def topics(ticket: Ticket, now: datetime) -> None:
    for code, name in (("umzug", "Umzug"), ("gas", "Gasanschluss")):
        accounts.create(Topic, code=code, name=name, actor=SYSTEM, at=now)


@pytest.fixture
def decide(ticket: Ticket, topics: None, mira: Agent, now: datetime) -> Decide:
    """The model proposes that Kim's concern is about moving; it is not sure."""

    def make(question: str = "topic", choice: str = "topic:umzug", *, sure: float = 0.72, **more: Any) -> Decision:
        proposal = Proposal(
            choice,
            sure,
            "no-mailbox",
            mira.pk,
            {"words": ["umziehen", "neue Wohnung"], "nearest": [ticket.pk], "model": "triage@3"},
            (("topic:gas", 0.2),) if question == "topic" else (),
        )
        return approval.submit(more.pop("on", ticket), question, proposal, actor=MODEL, at=now, **more)

    return make


def at(decision: Decision) -> str:
    return f"/workspace/decisions/{decision.pk}/"


def read(client: Client, ticket: Ticket) -> str:
    return client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()


def test_the_ticket_shows_all_of_it_in_plain_words(decide: Decide, ticket: Ticket, miras: Client) -> None:
    decision = decide()
    page = read(miras, ticket)
    assert "Die Automatik fragt: Welches Thema?" in page
    panel = page[page.index('id="decisions-panel"') :]
    for words in (
        "Was die Automatik hier entschieden hat",
        "Sicherheit: mittel (72\u202f%)",
        '<mark class="decision-word">umziehen</mark> <mark class="decision-word">neue Wohnung</mark>',
        "Gasanschluss (20\u202f%)",
        f'<a href="/workspace/tickets/{ticket.pk}/">#{ticket.pk}</a>',
        "die Wörter der Nachricht, frühere Anliegen wie dieses, Beispiele, die Kolleginnen und",
        "das gelernte Modell (Fassung 3)",
        "Mira",
        "wartet auf einen Menschen",
    ):
        assert words in panel, words
    assert f'action="{at(decision)}"' in panel
    assert "Wie sicher: mittel (72\u202f%)." in page[: page.index('id="decisions-panel"')]  # beside its line


def test_the_timeline_tells_what_was_proposed_from_what_was_decided(
    decide: Decide, ticket: Ticket, miras: Client
) -> None:
    decide()
    decide("priority", "priority:4", sure=0.99)
    decide("language", "language:en", sure=0.99, delay=timedelta(minutes=10))
    decide("team", "", sure=0.0)
    page = read(miras, ticket)
    for words in (
        "Das gelernte Modell (Fassung 3) hat vorgeschlagen: Umzug",
        "Das gelernte Modell (Fassung 3) hat entschieden: dringend",
        "Das gelernte Modell (Fassung 3) hat entschieden: Englisch",  # unless somebody stops it
        "Das gelernte Modell (Fassung 3) hat entschieden: nichts passt",
    ):
        assert words in page, words
    told = Event.objects.filter(verb="decision.made").order_by("pk").values_list("data__proposed", flat=True)
    assert list(told) == [True, False, False, False]


def test_a_ticket_on_which_nothing_was_decided_shows_nothing(ticket: Ticket, miras: Client) -> None:
    page = read(miras, ticket)
    assert "Die Automatik fragt" not in page and "panel-decisions" not in page


@pytest.mark.parametrize("htmx", [True, False])
def test_confirming_does_what_was_proposed_in_the_persons_name(
    decide: Decide, ticket: Ticket, mira: Agent, logged_in: Callable[..., Client], htmx: bool
) -> None:
    decision = decide()
    answer = logged_in(mira, htmx=htmx).post(at(decision), {"do": "confirm"})
    assert answer.status_code == (200 if htmx else 302)
    if htmx:
        assert "Bestätigt. Die Automatik lernt daraus." in answer.content.decode()
        assert "Die Automatik fragt" not in answer.content.decode()
    decision.refresh_from_db()
    ticket.refresh_from_db()
    assert (decision.settled_as, decision.settled_by, ticket.topic) == ("confirmed", mira, "umzug")


def test_changing_asks_what_is_right_and_does_that(
    decide: Decide, ticket: Ticket, mira: Agent, miras_parts: Client
) -> None:
    decision = decide()
    dialog = miras_parts.get(at(decision)).content.decode()
    assert '<option value="topic:gas">Gasanschluss</option>' in dialog
    assert '<option value="topic:umzug" selected>Umzug</option>' in dialog
    assert miras_parts.post(at(decision), {"do": "correct", "choice": "topic:gas"}).status_code == 200
    decision.refresh_from_db()
    ticket.refresh_from_db()
    assert (decision.settled_as, decision.settled_choice, ticket.topic) == ("corrected", "topic:gas", "gas")
    assert "corrected" not in read(miras_parts, ticket)


def test_choosing_the_same_again_is_a_yes(decide: Decide, miras_parts: Client) -> None:
    decision = decide()
    miras_parts.post(at(decision), {"do": "correct", "choice": "topic:umzug"})
    decision.refresh_from_db()
    assert decision.settled_as == "confirmed"


@pytest.mark.parametrize("choice", ["", "topic:weg", "team:1", "priority:4"])
def test_what_is_not_to_choose_from_is_refused_and_nothing_done(
    decide: Decide, ticket: Ticket, miras_parts: Client, choice: str
) -> None:
    decision = decide()
    answer = miras_parts.post(at(decision), {"do": "correct", "choice": choice})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#asked")
    assert "Bitte wählen Sie, was richtig ist." in answer.content.decode()
    decision.refresh_from_db()
    ticket.refresh_from_db()
    assert (decision.settled_as, ticket.topic) == ("", "")


def test_rejecting_a_proposal_changes_nothing_and_taking_back_restores(
    decide: Decide, ticket: Ticket, miras_parts: Client
) -> None:
    proposed, applied = decide(), decide("priority", "priority:4", sure=0.99)
    miras_parts.post(at(proposed), {"do": "reject"})
    miras_parts.post(at(applied), {"do": "reject"})
    assert list(Decision.objects.order_by("pk").values_list("settled_as", flat=True)) == ["rejected", "undone"]
    ticket.refresh_from_db()
    assert (ticket.topic, ticket.priority) == ("", 2)


def test_what_will_apply_can_be_stopped_at_the_head_of_the_ticket(
    decide: Decide, ticket: Ticket, miras_parts: Client
) -> None:
    decision = decide("priority", "priority:4", sure=0.99, delay=timedelta(minutes=10))
    page = read(miras_parts, ticket)
    assert "Das tut die Automatik gleich: Wie dringend?" in page
    assert '<input type="hidden" name="do" value="stop">' in page
    miras_parts.post(at(decision), {"do": "stop"})
    decision.refresh_from_db()
    assert decision.settled_as == "stopped"


def test_whoever_comes_second_is_told_who_was_quicker(
    decide: Decide, miras_parts: Client, mira: Agent, admin: Agent, now: datetime
) -> None:
    decision = decide()
    approval.correct(decision, "topic:gas", by=admin, at=now)
    page = miras_parts.post(at(decision), {"do": "confirm"}).content.decode()
    assert f"{admin.name} war schneller: berichtigt. Es wurde nichts geändert." in page


def test_what_somebody_changed_since_cannot_be_taken_back(
    decide: Decide, ticket: Ticket, miras_parts: Client, now: datetime
) -> None:
    decision = decide("priority", "priority:4", sure=0.99)
    tickets.change(ticket, tickets.Change(priority=1), actor=SYSTEM, at=now)
    page = miras_parts.post(at(decision), {"do": "reject"}).content.decode()
    assert "Es ist nicht mehr so, wie es entschieden wurde" in page
    decision.refresh_from_db()
    assert decision.settled_as == ""


def test_each_question_needs_its_own_permission(
    decide: Decide,
    ticket: Ticket,
    billing: Team,
    mira: Agent,
    admin: Agent,
    miras: Client,
    agent_role: Role,
    now: datetime,
) -> None:
    team, topic = decide("team", f"team:{billing.pk}", sure=0.5), decide()
    rights = [one for one in agent_role.permissions if one != "ticket.assign"]
    accounts.change(agent_role, permissions=rights, actor=SYSTEM, at=now)
    page = read(miras, ticket)
    assert f'action="{at(topic)}"' in page and f'action="{at(team)}"' not in page
    assert miras.post(at(team), {"do": "confirm"}).status_code == 403
    assert miras.post(at(topic), {"do": "confirm"}).status_code == 302
    assert proposals.waiting_for(Agent.objects.get(pk=mira.pk)) == []


def test_who_may_not_see_the_ticket_finds_no_decision(decide: Decide, toms: Client, tom: Agent) -> None:
    decision = decide()
    assert toms.get(at(decision)).status_code == 404
    assert toms.post(at(decision), {"do": "confirm"}).status_code == 404
    assert proposals.waiting_for(tom) == []


def test_what_was_only_tried_out_is_told_and_nobody_has_to_judge_it(
    decide: Decide, ticket: Ticket, miras: Client
) -> None:
    decision = decide("priority", "priority:4", sure=0.99, is_shadow=True)
    page = read(miras, ticket)
    assert "nur ausprobiert" in page and f'action="{at(decision)}"' not in page
    assert miras.post(at(decision), {"do": "confirm"}).status_code == 404


@pytest.mark.parametrize("deed", ["", "delete"])
def test_another_deed_does_not_exist(decide: Decide, miras: Client, deed: str) -> None:
    assert miras.post(at(decide()), {"do": deed}).status_code == 404


def test_the_list_of_proposals_is_paged_the_longest_waiting_first(
    decide: Decide, miras: Client, open_ticket: Callable[..., Ticket], kim_address: Address, monkeypatch: Any
) -> None:
    monkeypatch.setattr(proposals, "A_PAGE", 2)
    made = [decide(on=open_ticket(kim_address)) for _number in range(5)]
    decide("priority", "priority:4", sure=0.99)  # in force, so it asks nothing
    seen: list[int] = []
    path = "/workspace/proposals/"
    while path:
        page = miras.get(path).content.decode()
        here = [one.pk for one in made if f'id="decision-{one.pk}"' in page]
        seen += here
        path = f"/workspace/proposals/?after={here[-1]}" if f"after={here[-1]}" in page else ""
        assert len(here) <= 2
    assert seen == [one.pk for one in made]
    answer = miras.post(at(made[0]), {"do": "confirm", "back": "list"})
    assert answer.headers["Location"] == "/workspace/proposals/"
    assert f'id="decision-{made[0].pk}"' not in miras.get("/workspace/proposals/").content.decode()


def test_without_proposals_the_list_says_what_will_stand_there(ticket: Ticket, miras: Client) -> None:
    assert "Die Automatik fragt nichts" in miras.get("/workspace/proposals/").content.decode()


def test_what_has_ended_asks_nobody_any_more(decide: Decide, ticket: Ticket, mira: Agent, now: datetime) -> None:
    decide()
    assert len(proposals.waiting_for(mira)) == 1
    tickets.resolve(ticket, actor=Actor.agent(mira.pk), at=now)
    assert proposals.waiting_for(mira) == []


def test_many_decisions_ask_the_database_no_more_than_one(decide: Decide, ticket: Ticket, miras: Client) -> None:
    decide()
    read(miras, ticket)
    with CaptureQueriesContext(connection) as few:
        read(miras, ticket)
    for code in ("topic:gas", "topic:umzug", "topic:gas"):
        decide("topic", code, sure=0.4)
    with CaptureQueriesContext(connection) as many:
        read(miras, ticket)
    assert len(many.captured_queries) == len(few.captured_queries)


def test_what_the_customer_wants_checked_stands_at_the_head(
    decide: Decide, ticket: Ticket, miras: Client, now: datetime
) -> None:
    decision = decide("priority", "priority:4", sure=0.99)
    assert "Die Kundschaft bittet um Prüfung" not in read(miras, ticket)
    contest(decision, actor=Actor.person(ticket.person_id), at=now)
    page = read(miras, ticket)
    head = page[page.index('id="ticket-head"') : page.index('id="timeline"')]
    assert "Die Kundschaft bittet um Prüfung durch einen Menschen" in head
    assert f'href="{at(decision)}"' in head and 'aria-label="Prüfung beantworten: Wie dringend?"' in head
    assert 'name="do" value="confirm"' not in page  # a check is answered with its reason
    miras.post(at(decision), {"do": "confirm"})
    assert "Die Kundschaft bittet um Prüfung" not in read(miras, ticket)


@pytest.mark.parametrize(
    ("found", "settled", "priority", "told"),
    [
        ("stands", "confirmed", 4, "Es bleibt dabei: dringend."),
        ("priority:2", "corrected", 2, "Geändert: normal."),
        ("taken-back", "undone", 2, "Zurückgenommen."),
    ],
)
def test_a_check_is_answered_with_what_was_found_and_why(
    decide: Decide, ticket: Ticket, mira: Agent, miras_parts: Client, now: datetime,
    found: str, settled: str, priority: int, told: str,
) -> None:  # fmt: skip
    decision = contest(decide("priority", "priority:4", sure=0.99), actor=Actor.person(ticket.person_id), at=now)
    dialog = miras_parts.get(at(decision)).text
    assert '<option value="stands">Es bleibt dabei: dringend</option>' in dialog
    assert '<option value="priority:2">Stattdessen: normal</option>' in dialog
    assert 'value="priority:4"' not in dialog
    answer = miras_parts.post(at(decision), {"do": "check", "choice": found, "why": "Es ist\nniemand in Gefahr."})
    assert "Die Prüfung ist festgehalten." in answer.text
    decision.refresh_from_db()
    ticket.refresh_from_db()
    assert (decision.settled_as, decision.settled_by, ticket.priority) == (settled, mira, priority)
    note = Note.objects.latest("pk")
    said = "Ein Mensch hat die automatische Entscheidung geprüft. Wie dringend?"
    assert (note.text, note.agent) == (f"{said} {told} Grund: Es ist niemand in Gefahr.", mira)


def test_a_check_without_a_finding_or_a_reason_says_what_is_missing_and_keeps_the_rest(
    decide: Decide, ticket: Ticket, miras_parts: Client, now: datetime
) -> None:
    decision = decide("priority", "priority:4", sure=0.99)
    assert miras_parts.post(at(decision), {"do": "check", "choice": "stands", "why": "So"}).status_code == 404
    contest(decision, actor=Actor.person(ticket.person_id), at=now)
    for asked, missing in (
        ({"choice": "priority:9", "why": "Wegen der Heizung"}, "Bitte wählen Sie, was Sie festgestellt haben."),
        ({"choice": "priority:2", "why": " "}, "Bitte sagen Sie, warum"),
    ):
        answer = miras_parts.post(at(decision), {"do": "check"} | asked)
        assert (answer.status_code, missing in answer.text) == (422, True)
    assert '<option value="priority:2" selected>' in answer.text
    decision.refresh_from_db()
    assert (decision.settled_as, Note.objects.filter(agent__isnull=False).count()) == ("", 0)


@pytest.mark.parametrize("everything", [False, True])
def test_an_agent_keeps_automation_away_and_lets_it_help_again(
    ticket: Ticket, miras: Client, miras_parts: Client, everything: bool
) -> None:
    path, more = f"/workspace/tickets/{ticket.pk}/by-hand/", {"all": "yes"} if everything else {}
    page = miras_parts.post(path, {"do": "people"} | more).content.decode()
    ticket.refresh_from_db()
    assert "Nur Menschen" in page
    assert ticket.by_hand_why == ("customer" if everything else "agent")
    assert (ticket.person.by_hand_since is not None) is everything
    assert ("Wünscht in allen Anliegen nur Menschen" in read(miras, ticket)) is everything
    assert miras.post(path, {"do": "automation"} | more).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.by_hand_since, ticket.person.by_hand_since) == (None, None)
    assert miras.post(path, {"do": "x"}).status_code == 404


def test_keeping_automation_away_needs_permission(
    ticket: Ticket, admin: Agent, miras: Client, toms: Client, agent_role: Role, now: datetime
) -> None:
    path = f"/workspace/tickets/{ticket.pk}/by-hand/"
    assert toms.post(path, {"do": "people"}).status_code == 404
    rights = [one for one in agent_role.permissions if one != "customer.change"]
    accounts.change(agent_role, permissions=rights, actor=SYSTEM, at=now)
    assert miras.post(path, {"do": "people", "all": "yes"}).status_code == 403
    assert miras.post(path, {"do": "people"}).status_code == 302


def test_what_was_contested_can_be_judged_though_the_concern_is_carried_on_elsewhere(
    decide: Decide, ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address, mira: Agent,
    miras: Client, now: datetime,
) -> None:  # fmt: skip
    decision = decide()
    into = tickets.assign(open_ticket(kim_address), to=ticket.team, actor=SYSTEM, at=now)
    tickets.join(ticket, into, actor=Actor.agent(mira.pk), at=now)
    assert miras.post(at(decision), {"do": "confirm"}).status_code == 404
    contest(decision, actor=Actor.person(ticket.person_id), at=now)
    assert miras.post(at(decision), {"do": "reject"}).status_code in (200, 302)
    decision.refresh_from_db()
    assert decision.settled_as in ("rejected", "undone")


def test_a_topic_is_corrected_as_an_exception_said_beside_it_and_taken_back(
    decide: Decide, ticket: Ticket, mira: Agent, miras: Client, miras_parts: Client
) -> None:
    decision = decide()
    dialog = miras_parts.get(at(decision)).text
    assert "Ausnahme, nicht daraus lernen" in dialog
    asked = {"do": "correct", "choice": "topic:gas", "exception": "on"}
    assert "Die Automatik lernt nicht daraus." in miras_parts.post(at(decision), asked).text
    decision.refresh_from_db()
    told = Told.objects.get()
    assert (decision.settled_choice, told.topic, told.is_exception) == ("topic:gas", "gas", True)
    page = read(miras, ticket)
    assert "Eine Ausnahme: Die Automatik lernt nicht aus diesem Anliegen." in page
    assert "Doch daraus lernen" in page
    assert miras.post(at(decision), {"do": "learn"}).status_code == 302
    assert not Told.objects.get().is_exception
    assert "Eine Ausnahme" not in read(miras, ticket) and "Doch daraus lernen" not in read(miras, ticket)


def test_only_topics_have_exceptions(decide: Decide, miras_parts: Client) -> None:
    decision = decide("priority", "priority:4")
    assert "Ausnahme, nicht daraus lernen" not in miras_parts.get(at(decision)).text
    miras_parts.post(at(decision), {"do": "correct", "choice": "priority:3", "exception": "on"})
    decision.refresh_from_db()
    assert (decision.settled_choice, Told.objects.exists()) == ("priority:3", False)
    assert miras_parts.post(at(decide("priority", "priority:4")), {"do": "learn"}).status_code == 404


def test_of_a_concern_that_one_may_not_see_the_card_tells_nothing(
    decide: Decide, ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address, miras: Client,
    technics: Team, now: datetime,
) -> None:  # fmt: skip
    like = open_ticket(kim_address, subject="Ganz anderes Anliegen")
    decision = decide()
    Decision.objects.filter(pk=decision.pk).update(evidence=decision.evidence | {"nearest": [like.pk]})
    page = read(miras, ticket)
    shown = f'<a href="/workspace/tickets/{like.pk}/">#{like.pk}</a> Ganz anderes Anliegen'
    assert shown in page[page.index('id="decisions-panel"') :]
    tickets.assign(like, to=technics, actor=SYSTEM, at=now)
    page = read(miras, ticket)
    panel = page[page.index('id="decisions-panel"') :]
    assert "Am ähnlichsten" not in panel and f"#{like.pk}" not in panel


def test_what_comes_next_without_a_share_is_shown_without_one(decide: Decide, ticket: Ticket, miras: Client) -> None:
    decision = decide()
    assert "Gasanschluss (20\u202f%)" in read(miras, ticket)
    Decision.objects.filter(pk=decision.pk).update(alternatives=[{"choice": "topic:gas", "confidence": 0.0}])
    page = read(miras, ticket)
    assert "<dd>Gasanschluss</dd>" in page and "0\u202f%)" not in page


def test_the_words_of_a_model_are_said_to_be_those_of_one_voice(decide: Decide, ticket: Ticket, miras: Client) -> None:
    decide()
    assert "Genau für die Stimme der Wörter allein; das Modell hat noch andere Stimmen." in read(miras, ticket)


def panel_of(miras: Client, ticket: Ticket) -> str:
    page = read(miras, ticket)
    return page[page.index('id="decisions-panel"') :]


def test_of_a_signal_stands_how_plain_its_words_are_and_how_often_such_words_were_read_rightly(
    decide: Decide, ticket: Ticket, miras: Client
) -> None:
    seen = {"version": 2, "said": 24, "right": 21, "of_all": False}
    evidence = {"signal": "fear", "strength": "sure", "spans": [], "measured": seen}
    decision = decide(question="signal", choice="signal:fear")
    Decision.objects.filter(pk=decision.pk).update(reason="words", evidence=evidence)
    panel = panel_of(miras, ticket)
    assert "Sicherheit: eindeutig<" in panel and "(72" not in panel
    assert "Von 24 zurückgehaltenen Nachrichten wurden 21 richtig gelesen." in panel
    assert "<dt>Am nächsten lag danach" not in panel


def test_of_what_was_withdrawn_no_person_is_told_to_have_done_it(
    decide: Decide, ticket: Ticket, miras: Client, now: datetime
) -> None:
    decision = decide()
    Decision.objects.filter(pk=decision.pk).update(settled_as="withdrawn", settled_at=now)
    panel = panel_of(miras, ticket)
    assert "<dt>Ein Mensch dazu</dt>" not in panel
    assert "<dt>Zurückgezogen</dt>" in panel and "hatte sich erübrigt" in panel
