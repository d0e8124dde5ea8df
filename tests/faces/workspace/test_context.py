"""What stands around a ticket: for whom the person speaks, what is linked with it, and what it is about."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Role, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Organisation
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket


def put(client: Client, ticket: Ticket, name: str) -> tuple[int, str]:
    response = client.post(f"/workspace/tickets/{ticket.pk}/organisation/", {"organisation": name})
    return response.status_code, response.content.decode()


def linked_part(client: Client, ticket: Ticket) -> str:
    """The text of the panel of linked tickets, or nothing when there is none."""
    html = client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    _before, heading, rest = html.partition("Verknüpfte Vorgänge")
    return " ".join(re.sub(r"<[^>]*>", " ", heading + rest.partition("</section>")[0]).split())


def test_a_person_is_put_into_an_organisation_and_taken_out_beside_the_ticket(
    miras_parts: Client, ticket: Ticket, mira: Agent
) -> None:
    status, html = put(miras_parts, ticket, "Bäckerei Krume")
    assert (status, "<dd>Bäckerei Krume</dd>" in html) == (200, True)
    ticket.person.refresh_from_db()
    assert ticket.person.organisation == Organisation.objects.get()
    assert Event.objects.filter(actor=f"agent:{mira.pk}", verb="organisation.created").count() == 1

    assert put(miras_parts, ticket, "bäckerei krume")[0] == 200
    assert (Organisation.objects.count(), Event.objects.filter(verb="person.changed").count()) == (1, 1)

    status, html = put(miras_parts, ticket, " ")
    assert (status, "<dd>Bäckerei Krume</dd>" in html) == (200, False)
    assert '<option value="Bäckerei Krume">' in html  # and can be chosen again
    ticket.person.refresh_from_db()
    assert ticket.person.organisation is None


@pytest.mark.parametrize(
    ("name", "words"),
    [("x" * 201, "höchstens 200 Zeichen"), ("a\x00b", "Zeichen, das nicht gespeichert werden kann")],
)
def test_a_wrong_name_is_refused_in_german_and_kept(miras_parts: Client, ticket: Ticket, name: str, words: str) -> None:
    status, html = put(miras_parts, ticket, name)
    assert (status, words in html) == (422, True)
    assert 'id="person-organisation" open' in html
    assert not Organisation.objects.exists()


def test_an_organisation_is_set_only_by_who_may_and_sees_the_ticket(
    toms: Client, miras: Client, ticket: Ticket, admin: Agent, agent_role: Role, now: datetime
) -> None:
    assert put(toms, ticket, "Bäckerei Krume")[0] == 404
    without = [code for code in agent_role.permissions if code != "customer.change"]
    accounts.change(agent_role, permissions=without, actor=SYSTEM, at=now)
    assert put(miras, ticket, "Bäckerei Krume")[0] == 403
    assert "person-organisation" not in miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert not Organisation.objects.exists()


def test_names_of_organisations_are_fetched_when_somebody_comes_to_the_field(miras: Client, ticket: Ticket) -> None:
    assert put(miras, ticket, "Bäckerei Krume")[0] == 200
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert '<datalist id="organisations" hx-get="/workspace/organisations/"' in html
    assert "<option" not in html.partition('<datalist id="organisations"')[2].partition("</datalist>")[0]
    names = miras.get("/workspace/organisations/").content.decode()
    assert names.strip() == '<option value="Bäckerei Krume"></option>'


@pytest.mark.parametrize("missing", ["customer.read", "customer.change"])
def test_names_of_organisations_are_only_for_who_may_read_and_change_customers(
    miras: Client, admin: Agent, agent_role: Role, now: datetime, missing: str
) -> None:
    left = [code for code in agent_role.permissions if code != missing]
    accounts.change(agent_role, permissions=left, actor=SYSTEM, at=now)
    assert miras.get("/workspace/organisations/").status_code == 403


def test_linked_tickets_stand_beside_both_as_far_as_the_agent_may_see_them(
    miras: Client,
    ticket: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    billing: Team,
    technics: Team,
    now: datetime,
) -> None:
    assert linked_part(miras, ticket) == ""
    earlier = actions.change(
        open_ticket(kim_address), actions.Change(team=billing, subject="Zähler"), actor=SYSTEM, at=now
    )
    hidden = actions.change(
        open_ticket(kim_address), actions.Change(team=technics, subject="Verborgen"), actor=SYSTEM, at=now
    )
    erika = customers.meet(kind="email", value="erika@example.org", name="Erika", actor=SYSTEM, at=now)
    similar = actions.change(open_ticket(erika), actions.Change(team=billing, subject="Ähnlich"), actor=SYSTEM, at=now)
    actions.link(ticket, earlier, kind="follow_up", actor=SYSTEM, at=now)
    actions.link(ticket, hidden, kind="follow_up", actor=SYSTEM, at=now)
    actions.link(similar, ticket, kind="maybe", actor=SYSTEM, at=now)

    shown = linked_part(miras, ticket)
    assert re.search(rf"Zähler .*#{earlier.pk} · Dieser Vorgang folgt darauf", shown)
    assert re.search(rf"Ähnlich .*#{similar.pk} · Gehört vielleicht dazu", shown)
    assert "Verborgen" not in shown
    assert re.search(rf"#{ticket.pk} · Folgt auf diesen Vorgang", linked_part(miras, earlier))
    assert re.search(rf"#{ticket.pk} · Gehört vielleicht dazu", linked_part(miras, similar))


def test_the_topic_is_set_shown_and_taken_away_in_the_head(miras_parts: Client, ticket: Ticket) -> None:
    where = f"/workspace/tickets/{ticket.pk}/change/"
    html = miras_parts.post(where, {"topic": "Abschlag zu hoch", "was": ""}).content.decode()
    assert "Thema: </span>abschlag-zu-hoch</span>" in html
    ticket.refresh_from_db()
    assert ticket.topic == "abschlag-zu-hoch"
    html = miras_parts.post(where, {"topic": "", "was": ticket.topic}).content.decode()
    assert ("Thema: </span>" in html, "None" in html) == (False, False)
    ticket.refresh_from_db()
    assert ticket.topic == ""


def test_a_topic_that_somebody_else_set_meanwhile_is_not_overwritten(
    miras_parts: Client, ticket: Ticket, tom: Agent, now: datetime
) -> None:
    seen = {"version": ticket.version, "was": ticket.topic}
    actions.change(ticket, actions.Change(topic="umzug"), actor=Actor.agent(tom.pk), at=now)
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/change/", seen | {"topic": "abschlag"}).content.decode()
    assert "„umzug“" in html
    ticket.refresh_from_db()
    assert ticket.topic == "umzug"
