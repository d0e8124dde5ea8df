"""What a setting would change stands there before it is saved, and is what then happens."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anliegen.faces.workspace.settings.foreseen.people import of_leaving
from anliegen.flow.macros.actions import create as create_macro
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.frames import set_frames
from anliegen.records.accounts.leeway import Limit
from anliegen.records.accounts.models import Agent, ConcessionKind, Mailbox, Operator, Role, Team
from anliegen.records.customers.actions import note_fact
from anliegen.records.customers.models import Category, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions.concede import Wish, pass_concession_on
from anliegen.records.tickets.content import Promised
from anliegen.records.tickets.foreseen import seen_together
from anliegen.records.tickets.models import Promise, SavedView, Ticket

Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]
Look = Callable[..., list[str]]


def to(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


def lines_of(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'<li class="foreseen-\w+">.*?<span>(.*?)</span></li>', page)]


@pytest.fixture
def look(browser: Client) -> Look:
    """What a form would change, asked by the page as it is typed; the same without a script."""

    def see(name: str, pk: int | None, given: dict[str, Any]) -> list[str]:
        address, wanted = to(name, *([pk] if pk else [])), given | {"preview": "1"}
        part = browser.post(address, wanted, headers={"hx-request": "true"})
        assert "<html" not in part.text
        whole = lines_of(browser.post(address, wanted).text)
        assert whole == lines_of(part.text)
        return whole

    return see


def role_form(role: Role, **changed: Any) -> dict[str, Any]:
    given = {"name": role.name, "permissions": role.permissions}
    return (given | {"sees_all_teams": "on"} if role.sees_all_teams else given) | changed


def agent_form(agent: Agent, **changed: Any) -> dict[str, Any]:
    given = {"name": agent.name, "email": agent.email, "role": agent.role_id, "language": agent.language}
    return given | {"teams": agent.team_ids(), "skills": ", ".join(agent.skills)} | changed


def team_form(name: str, members: list[Agent], **changed: Any) -> dict[str, Any]:
    given = {"name": name, "members": [one.pk for one in members], "routing": "off", "most_waiting": 8}
    return given | changed


def test_a_role_that_loses_a_permission_says_how_many_lose_it_and_what_they_no_longer_see(
    look: Look, agent_role: Role, mira: Agent, tom: Agent, ticket: Ticket, said: Said
) -> None:
    kept = [code for code in agent_role.permissions if code not in ("ticket.read", "ticket.note")]
    assert look("role", agent_role.pk, role_form(agent_role, permissions=kept)) == [
        "2 people lose: read concerns; write internal notes.",
        "Open concerns in view: 0 instead of 1.",
    ]
    agent_role.refresh_from_db()
    assert "ticket.read" in agent_role.permissions
    assert said() == []


def test_a_role_that_sees_all_teams_says_how_many_more_concerns_come_into_view(
    look: Look, agent_role: Role, tom: Agent, ticket: Ticket
) -> None:
    assert look("role", agent_role.pk, role_form(agent_role, sees_all_teams="on")) == [
        "Open concerns in view: 1 instead of 0."
    ]


def test_a_role_by_which_nobody_may_change_settings_any_more_is_told_before(
    look: Look, admin: Agent, browser: Client, said: Said
) -> None:
    role = admin.role
    kept = [code for code in role.permissions if code != "settings.manage"]
    foreseen = look("role", role.pk, role_form(role, permissions=kept))
    assert [one[:56] for one in foreseen] == ["Then nobody could change these settings any more. Give a"]
    refused = browser.post(to("role", role.pk), role_form(role, permissions=kept))
    assert (refused.status_code, foreseen[0] in unescape(refused.text)) == (422, True)
    assert said() == []


def test_a_role_that_nobody_has_and_one_in_which_nothing_differs_change_nothing(
    look: Look, agent_role: Role, mira: Agent, now: datetime
) -> None:
    unused = accounts.create(Role, name="Leer", slug="leer", actor=SYSTEM, at=now)
    assert look("role", unused.pk, {"name": "Leer", "permissions": ["ticket.read"]}) == [
        "Nobody active has this role: nothing changes for anybody."
    ]
    assert look("role", agent_role.pk, role_form(agent_role)) == ["Nothing changes for anybody."]


def test_what_keeps_the_effect_from_being_said_is_named(look: Look, admin: Agent) -> None:
    """A number out of bounds is complete, and wrong all the same."""
    assert look("operator", None, operator_form(undo_seconds=5)) == [
        "Please put right first: “Seconds to undo sending”."
    ]


def test_while_the_entries_are_not_complete_it_says_so(browser: Client, agent_role: Role, said: Said) -> None:
    given = role_form(agent_role, name="", preview="1")
    part = browser.post(to("role", agent_role.pk), given, headers={"hx-request": "true"})
    assert (part.status_code, "Please put right first: “Name”." in part.text) == (200, True)
    assert said() == []


def test_another_role_for_a_person_says_what_they_lose_and_which_promises_they_may_no_longer_keep(
    look: Look, mira: Agent, ticket: Ticket, now: datetime, said: Said
) -> None:
    tickets.promise(ticket, Promised("Bis Freitag.", now + timedelta(days=4), mira), actor=Actor.agent(mira.pk), at=now)
    reader = accounts.create(Role, name="Lesen", slug="lesen", permissions=["ticket.read"], actor=SYSTEM, at=now)
    before = said()
    foreseen = look("agent", mira.pk, agent_form(mira, role=reader.pk))
    assert foreseen[0].startswith(f"{mira.name} loses: reply to customers; write internal notes")
    assert foreseen[1:] == [
        "1 promise lies in a concern that its owner may no longer answer then. It stays theirs until somebody gives it"
        " to another."
    ]
    assert said() == before


def test_other_teams_say_what_comes_into_view_and_a_new_topic_what_names_it(
    look: Look, tom: Agent, billing: Team, ticket: Ticket, admin: Agent, now: datetime
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(topic="abschlag")
    create_macro(name="Abschlag", topic="abschlag", actor=SYSTEM, at=now)
    foreseen = look("agent", tom.pk, agent_form(tom, teams=[billing.pk], skills="abschlag, wasser"))
    assert foreseen == [
        "Open concerns in view: 1 instead of 0.",
        "Topic “abschlag” is named by: open concerns (1), target times (0), macros (1), people (0).",
        "Topic “wasser”: nothing names it yet. Is it written as at the concerns?",
    ]


def test_what_is_seen_together_is_what_each_sees(
    mira: Agent, tom: Agent, admin: Agent, ticket: Ticket, open_ticket: Any, kim_address: Any, now: datetime
) -> None:
    """Each in a list of its own: nobody's team, another team's but theirs, brought in, put aside, and done."""
    open_ticket(kim_address)
    given = tickets.assign(open_ticket(kim_address), to=mira.teams.get(), actor=SYSTEM, at=now)
    tickets.assign(given, to=tom, actor=SYSTEM, at=now)
    guest = tickets.assign(open_ticket(kim_address), to=mira.teams.get(), actor=SYSTEM, at=now)
    Ticket.objects.filter(pk=guest.pk).update(guests=[tom.pk])
    aside = tickets.assign(open_ticket(kim_address), to=tom.teams.get(), actor=SYSTEM, at=now)
    Ticket.objects.filter(pk=aside.pk).update(snoozed_until=now, snoozed_by=tom)
    tickets.resolve(open_ticket(kim_address), actor=SYSTEM, at=now)
    for some in ([mira], [tom], [mira, tom], [admin, tom]):
        seen = {pk for one in some for pk in Ticket.objects.open().visible_to(one).values_list("pk", flat=True)}
        assert (some, seen_together(some)) == (some, len(seen))


@pytest.fixture
def wish(ticket: Ticket, tom: Agent, mira: Agent, admin: Agent, agent_role: Role, now: datetime) -> Any:
    """Tom asked, and Mira is to decide."""
    kind = accounts.create(ConcessionKind, name="Gutschrift", actor=SYSTEM, at=now)
    set_frames(agent_role, [Limit("ticket", 100, "EUR")], actor=SYSTEM, at=now)
    Ticket.objects.filter(pk=ticket.pk).update(responsible=mira)
    made = tickets.concede(
        Ticket.objects.get(pk=ticket.pk), Wish(kind, 2000, "EUR", "Ärger"), by=tom, actor=SYSTEM, at=now
    )
    assert made.approver_id == mira.pk
    return made


def test_who_leaves_is_told_before_what_becomes_of_all_that_waits_and_so_it_happens(
    browser: Client, mira: Agent, admin: Agent, ticket: Ticket, wish: Any, run_pipeline: Any, now: datetime, said: Said
) -> None:
    tickets.assign(ticket, to=mira, actor=SYSTEM, at=now)
    promise = tickets.promise(
        ticket, Promised("Bis Freitag.", now + timedelta(days=4), mira), actor=Actor.agent(mira.pk), at=now
    )
    accounts.create_token(mira, scopes=["read"], actor=SYSTEM, at=now)
    create_macro(name="An Mira", given_to="agent", assignee=mira, actor=SYSTEM, at=now)
    run_pipeline()
    before = said()
    assert lines_of(browser.get(to("agent-leaving", mira.pk)).text) == [
        "1 open concern stays assigned to this person until somebody takes it over.",
        "1 promise goes to Abrechnung.",
        "1 approval is asked of Jana Kowalski within minutes.",
        "1 API token stops working.",
        "These macros give concerns to this person; they leave out that step then: “An Mira”.",
    ]
    assert said() == before
    assert Agent.objects.get(pk=mira.pk).is_active
    browser.post(to("agent-deactivate", mira.pk))
    run_pipeline()
    assert Promise.objects.get(pk=promise.pk).owner == "Abrechnung"
    assert pass_concession_on(wish, actor=SYSTEM, at=now).approver == admin
    assert Ticket.objects.get(pk=ticket.pk).assignee == mira


def test_the_last_who_may_change_settings_is_told_that_it_will_not_be_done(admin: Agent, now: datetime) -> None:
    foreseen = of_leaving(admin, refusal="Nein.", actor=Actor.agent(admin.pk), at=now)
    assert [(line.words, line.tone) for line in foreseen] == [("Nein.", "broken")]


def test_whoever_is_still_needed_leads_back_with_what_is_missing(
    browser: Client, mailbox: Mailbox, mira: Agent
) -> None:
    for name, key in (("agent-leaving", mira.pk), ("team-ending", mailbox.team_id)):
        page = browser.get(to(name, key), follow=True)
        assert "cannot be deactivated yet" in page.text


def test_a_person_for_whom_nothing_waits_leaves_without_a_word(browser: Client, tom: Agent) -> None:
    assert lines_of(browser.get(to("agent-leaving", tom.pk)).text) == ["Nothing waits for this person."]


def test_a_renamed_team_and_other_members_say_what_customers_read_and_who_sees_it(
    look: Look, billing: Team, mira: Agent, tom: Agent, admin: Agent, ticket: Ticket, now: datetime, said: Said
) -> None:
    tickets.assign(ticket, to=mira, actor=SYSTEM, at=now)
    before = said()
    given = team_form("Rechnungen", [tom], lead=tom.pk)
    assert look("team", billing.pk, given) == [
        "2 people would see its concerns instead of 2.",
        "From now on also: “Tom Richter”.",
        "No longer: “Mira Yılmaz”.",
        "1 open concern of this team is assigned to them and stays with them.",
        "Customers read “Rechnungen” in acknowledgements from now on, instead of “Abrechnung”.",
        "1 open concern lies with it.",
        "Views, macros and mailboxes go along: they name the team and not its name.",
        "Tom Richter answers for what lies with the team, and is asked first for approvals.",
    ]
    assert said() == before
    assert list(billing.agents.all()) == [mira]


def test_how_concerns_find_somebody_says_who_is_asked_what_stays_and_who_would_be_given_nothing(
    look: Look, billing: Team, mira: Agent, admin: Agent, ticket: Ticket, operator: Operator, now: datetime
) -> None:
    here = "Only who is at work in the team's service hours, and did something within the last hour, is given one."
    assert look("team", billing.pk, team_form("Abrechnung", [mira], routing="assign")) == [
        "Each concern that comes to the team from now on is given to one of these: “Mira Yılmaz”.",
        here,
        "1 open concern that nobody has stays with the team, to be drawn.",
        "0 of 1 have as much waiting already and would be given nothing for now.",
    ]
    tickets.assign(ticket, to=mira, actor=SYSTEM, at=now)
    proposed = look("team", billing.pk, team_form("Abrechnung", [mira], routing="propose", most_waiting=1))
    assert proposed == [
        "For each concern that comes to the team from now on, one of these is proposed: “Mira Yılmaz”.",
        here,
        "1 of 1 has as much waiting already and would be given nothing for now.",
    ]
    assert Team.objects.get(pk=billing.pk).routing == "off"
    accounts.change(billing, routing="assign", actor=SYSTEM, at=now)
    assert look("team", billing.pk, team_form("Abrechnung", [mira], routing="assign", most_waiting=3)) == [
        "0 of 1 have as much waiting already and would be given nothing for now."
    ]
    assert look("team", billing.pk, team_form("Abrechnung", [mira])) == [
        "Everybody of the team draws the next concern; nobody is given one."
    ]
    accounts.change(operator, works_council=True, actor=SYSTEM, at=now)
    assert look("team", billing.pk, team_form("Abrechnung", [mira], routing="assign", most_waiting=1)) == [
        "Nothing changes for anybody."
    ]


def test_a_team_in_which_nobody_may_answer_gives_nothing_out(
    look: Look, billing: Team, agent_role: Role, mira: Agent, now: datetime
) -> None:
    kept = [code for code in agent_role.permissions if code != "ticket.reply"]
    accounts.change(agent_role, permissions=kept, actor=SYSTEM, at=now)
    assert look("team", billing.pk, team_form("Abrechnung", [mira], routing="assign")) == [
        "Nobody of the team may answer customers, so nobody is given anything."
    ]


def test_a_team_that_ends_says_who_sees_to_its_promises_then_as_it_happens(
    browser: Client,
    technics: Team,
    mira: Agent,
    ticket: Ticket,
    run_pipeline: Callable[[], int],
    now: datetime,
    said: Said,
) -> None:
    tickets.assign(ticket, to=mira, actor=SYSTEM, at=now)
    run_pipeline()
    promised = Promised("Wir rufen an.", now + timedelta(days=2), technics)
    promise = tickets.promise(ticket, promised, actor=Actor.agent(mira.pk), at=now)
    before = said()
    assert lines_of(browser.get(to("team-ending", technics.pk)).text) == ["1 promise goes to Mira Yılmaz."]
    assert said() == before
    assert browser.post(to("team-deactivate", technics.pk)).status_code == 302
    run_pipeline()
    assert Promise.objects.get(pk=promise.pk).owner == "Mira Yılmaz"


def test_a_team_that_ends_says_which_views_and_macros_name_it(
    browser: Client, technics: Team, tom: Agent, now: datetime
) -> None:
    asked = {"team": [str(technics.pk)]}
    SavedView.objects.create(name="Störungen", owner=tom, reach="all", filter=asked, place=1, created_at=now)
    SavedView.objects.create(name="Meine", owner=tom, reach="own", filter=asked, place=2, created_at=now)
    create_macro(name="An die Technik", team=technics, actor=SYSTEM, at=now)
    assert lines_of(browser.get(to("team-ending", technics.pk)).text) == [
        "These views ask for it and stay: “Störungen”.",
        "These macros give concerns to it; they leave out that step then: “An die Technik”.",
    ]
    assert Team.objects.get(pk=technics.pk).is_active


def box_form(box: Mailbox, **changed: Any) -> dict[str, Any]:
    given = {"address": box.address, "brand": box.brand_id, "team": box.team_id, "responsible": box.responsible_id}
    return {k: v for k, v in (given | {"signs_replies": "on", "is_active": "on"} | changed).items() if v is not None}


def test_a_paused_mailbox_says_where_its_mail_goes_then(
    look: Look, mailbox: Mailbox, open_ticket: Any, kim_address: Any, said: Said
) -> None:
    open_ticket(kim_address, mailbox=mailbox)
    before = said()
    assert look("mailbox", mailbox.pk, box_form(mailbox, is_active=None)) == [
        "Of the newest 1 concern 1 came to this address. They stay where they are.",
        "A mail to service@musterstadt.example: now it goes to team Abrechnung by itself; Mira Yılmaz answers for that;"
        " then it is taken in, belongs to no mailbox, and a person decides where it goes.",
    ]
    assert said() == before


def test_another_address_says_what_becomes_of_both(look: Look, mailbox: Mailbox) -> None:
    foreseen = look("mailbox", mailbox.pk, box_form(mailbox, address="hilfe@musterstadt.example"))
    assert [line[:40] for line in foreseen] == [
        "Of the newest 0 concerns 0 came to this ",
        "A mail to service@musterstadt.example: n",
        "A mail to hilfe@musterstadt.example: now",
        "Answers in its concerns leave from hilfe",
        "Who answers a mail of before writes to s",
    ]


def operator_form(**changed: Any) -> dict[str, Any]:
    kept = Operator.objects.get()
    names = (
        "name",
        "phone",
        "callback_address",
        "country",
        "default_language",
        "undo_seconds",
        "reopen_days",
        "quotes",
    )
    given = {name: getattr(kept, name) for name in (*names, "sends_per_minute", "sends_at_once")}
    return given | {"acknowledges": "on"} | changed


def test_another_way_to_a_person_is_shown_as_customers_read_it(
    look: Look, browser: Client, admin: Agent, said: Said
) -> None:
    changed = operator_form(callback_address="neu@musterstadt.example", undo_seconds=20, name="Werke")
    assert look("operator", None, changed) == [
        "Customers read “Werke” on every page instead of “Stadtwerke Musterstadt”. Names of brands stay.",
        "Below mails in German: “Möchten Sie lieber mit einem Menschen sprechen? Rufen Sie uns an: +49 341 123456. Oder"
        " bitten Sie um einen Rückruf: neu@musterstadt.example.”",
        "Below mails in English: “Would you rather talk to a person? Call us: +49 341 123456. Or ask for a call back:"
        " neu@musterstadt.example.”",
        "Answers leave 20 seconds after sending instead of 10. What is on its way keeps its time.",
    ]
    assert (Operator.objects.get().name, said()) == ("Stadtwerke Musterstadt", [])


def test_the_works_council_mode_names_the_teams_too_small_for_figures(
    look: Look, admin: Agent, mira: Agent, tom: Agent
) -> None:
    assert look("operator", None, operator_form(works_council="on")) == [
        "Figures about single people are shown nowhere any more.",
        "These teams are too small for figures of their own: “Abrechnung”, “Technik”.",
    ]


def test_fewer_days_say_to_how_many_concerns_an_answer_opens_a_new_one(
    look: Look, ticket: Ticket, admin: Agent, now: datetime
) -> None:
    tickets.resolve(ticket, actor=SYSTEM, at=now)
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=now - timedelta(days=9000))
    assert look("operator", None, operator_form(reopen_days=0)) == [
        "Of the newest 1000 concerns a reply to 1 would open a new one; now it is 1."
    ]


def test_a_category_says_what_becomes_of_what_is_noted(look: Look, admin: Agent, now: datetime, said: Said) -> None:
    row = accounts.create(Category, name="Haushalt", actor=SYSTEM, at=now)
    before = said()
    assert look("category", row.pk, {"name": "Haushalt", "keeps_days": 30, "is_special": "on"}) == [
        "New facts stay for 30 days instead of 365.",
        "New facts need an explicit consent.",
        "Nobody can choose it for new facts any more.",
    ]
    assert said() == before


def test_a_category_says_how_many_facts_stay_until_their_day(look: Look, admin: Agent, kim: Person) -> None:
    row = accounts.create(Category, name="Haushalt", actor=SYSTEM, at=clock.now())
    today = clock.now().date()
    note_fact(
        kim, said="Drei Kinder", reason="Tarif", consent_way="spoken", consented_on=today,
        expires_on=today + timedelta(days=9), category=row, actor=Actor.agent(admin.pk), at=clock.now(),
    )  # fmt: skip
    stays = "1 fact that is noted already stays until its day."
    assert look("category", row.pk, {"name": "Haushalt", "keeps_days": 30}) == [
        "New facts stay for 30 days instead of 365.",
        stays,
        "Nobody can choose it for new facts any more.",
    ]
    assert look("category", row.pk, {"name": "Haushalt", "keeps_days": 365}) == [
        "Nobody can choose it for new facts any more.",
        stays,
    ]


@pytest.mark.parametrize("name", ["role", "agent", "team", "agent-leaving", "team-ending"])
def test_who_may_not_change_settings_sees_no_effect(
    client_of: Callable[[Agent], Client], name: str, mira: Agent, billing: Team
) -> None:
    key = {"role": mira.role_id, "agent": mira.pk, "agent-leaving": mira.pk}.get(name, billing.pk)
    browser = client_of(mira)
    if not name.endswith("ing"):
        assert browser.post(to(name, key), {"preview": "1"}).status_code == 403
    assert browser.get(to(name, key)).status_code == 403
