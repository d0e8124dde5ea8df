"""What has no place: the page says what is missing, and what becomes of it, before anything is sent."""

from datetime import datetime

import pytest
from django.test import Client

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Role, Team, Topic
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket

STAYS = "Es bleibt in der Liste „Passt in keine Kategorie“"


@pytest.fixture
def nobodys(ticket: Ticket, technics: Team, mira: Agent, now: datetime) -> Ticket:
    """No team, no topic; one topic has a team."""
    accounts.create(Topic, code="gas", name="Gas", team=technics, responsible=mira, actor=SYSTEM, at=now)
    accounts.create(Topic, code="umzug", name="Umzug", actor=SYSTEM, at=now)
    return actions.change(ticket, Change(team=None), actor=SYSTEM, at=now)


def place(client: Client, ticket: Ticket, **form: str) -> tuple[Ticket, str]:
    page = client.post(f"/workspace/tickets/{ticket.pk}/placed/", {"was": ticket.topic, **form}, follow=True)
    return Ticket.objects.get(pk=ticket.pk), page.text


@pytest.mark.parametrize(
    ("form", "topic", "team", "mine", "said"),
    [
        ({"do": "topic", "topic": "gas", "whom": "topic"}, "gas", "Technik", False, "Das Thema ist gesetzt: Gas."),
        ({"do": "topic", "topic": "umzug", "whom": "me"}, "umzug", "", True, "Das Thema ist gesetzt: Umzug."),
        ({"do": "none", "whom": "me"}, "", "", True, "Es bleibt ohne Thema."),
        ({"do": "none", "whom": "team"}, "", "Technik", False, "Es bleibt ohne Thema."),
    ],
)
def test_it_leaves_the_list_when_somebody_has_it(
    miras: Client, nobodys: Ticket, technics: Team, mira: Agent, form: dict[str, str], topic: str, team: str,
    mine: bool, said: str,
) -> None:  # fmt: skip
    form = form | ({"whom": f"team:{technics.pk}"} if form["whom"] == "team" else {})
    ticket, page = place(miras, nobodys, **form)
    assert said in page
    assert (ticket.topic, ticket.team.name if ticket.team else "", ticket.assignee == mira) == (topic, team, mine)
    assert ticket.unplaced_since is None


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"do": "none", "whom": "topic"}, "Dann sähe es niemand mehr"),
        ({"do": "none"}, "Dann sähe es niemand mehr"),
        ({"do": "topic", "topic": "", "whom": "me"}, "Bitte wählen Sie, worum es geht."),
    ],
)
def test_nothing_is_changed_while_nobody_would_have_it(
    miras: Client, nobodys: Ticket, form: dict[str, str], said: str
) -> None:
    ticket, page = place(miras, nobodys, **form)
    assert said in page
    assert (ticket.version, ticket.lacks) == (nobodys.version, ("topic", "team"))


def test_with_its_topic_known_it_is_asked_whose_it_is(miras: Client, nobodys: Ticket, now: datetime) -> None:
    actions.change(nobodys, Change(topic="umzug"), actor=SYSTEM, at=now)
    page = miras.get(f"/workspace/tickets/{nobodys.pk}/").text
    assert "Das Thema ist bekannt, aber weder ein Team noch ein Mensch hat es." in page
    assert STAYS in page and "Ohne Thema lassen" not in page
    assert "Thema bekannt, kein Team" in miras.get("/workspace/?view=unplaced").text
    nobodys.refresh_from_db()
    ticket, page = place(miras, nobodys, do="whom", whom="")
    assert "Bitte wählen Sie, wer sich darum kümmert." in page and ticket.lacks == ("team",)
    actions.change(nobodys, Change(topic="gas"), actor=SYSTEM, at=now)
    assert "Technik, das Team des Themas" in miras.get(f"/workspace/tickets/{nobodys.pk}/").text


def test_while_automation_asks_for_the_team_it_is_not_asked_twice(
    miras: Client, nobodys: Ticket, billing: Team, mira: Agent, now: datetime
) -> None:
    ticket = actions.change(nobodys, Change(topic="umzug"), actor=SYSTEM, at=now)
    proposal = Proposal(f"team:{billing.pk}", 0.5, "mailbox", mira.pk, {"mailbox": 1})
    approval.submit(ticket, "team", proposal, actor=Actor.rule("mailbox"), at=now)
    page = miras.get(f"/workspace/tickets/{ticket.pk}/").text
    assert 'id="place-whom"' not in page and STAYS in page


def test_who_may_not_give_it_to_anybody_sets_the_topic_alone_and_hears_that_it_stays(
    miras: Client, nobodys: Ticket, agent_role: Role
) -> None:
    agent_role.permissions = [one for one in agent_role.permissions if one != "ticket.assign"]
    agent_role.save()
    page = miras.get(f"/workspace/tickets/{nobodys.pk}/").text
    assert 'id="place-topic"' in page and 'id="place-whom"' not in page and STAYS in page
    form = {"do": "topic", "topic": "umzug", "whom": "me"}
    assert miras.post(f"/workspace/tickets/{nobodys.pk}/placed/", form).status_code == 403
    ticket, page = place(miras, nobodys, do="topic", topic="umzug")
    assert "Es bleibt in seiner Liste, bis ein Team oder ein Mensch es hat." in page
    assert ticket.lacks == ("team",)


@pytest.mark.parametrize(
    ("why", "waits"), [("bereavement", True), ("hardship", True), ("customer", False), ("", False)]
)
def test_where_grief_or_need_was_read_it_is_asked_below_what_was_said(
    miras: Client, nobodys: Ticket, now: datetime, why: str, waits: bool
) -> None:
    if why:
        actions.take_by_hand(nobodys, why=why, actor=SYSTEM, at=now)
    page = miras.get(f"/workspace/tickets/{nobodys.pk}/").text
    assert page.count('id="place-topic"') == 1
    order = [page.index(one) for one in ('id="ticket-head"', "data-letter", 'id="place-topic"')]
    assert (order == sorted(order)) is waits
    assert place(miras, nobodys, do="topic", topic="umzug", whom="me")[0].topic == "umzug"
