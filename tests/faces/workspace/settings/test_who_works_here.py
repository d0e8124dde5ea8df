"""Teams, people with their invitations, roles and API tokens."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, ApiToken, Calendar, Invitation, Mailbox, Role, Team
from anliegen.records.accounts.permissions import PERMISSIONS
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Ticket

Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]
GOOD = "vier-gute-worte-hier"


def to(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


def link_in(page: str) -> str:
    """The invitation link on a page, as a path."""
    found = re.search(r'value="http://127\.0\.0\.1:8000(/workspace/invitation/[^"]+)"', page)
    assert found, "there is no link on this page"
    return found[1]


def test_a_team_is_created_with_lead_hours_and_members(
    browser: Client, mira: Agent, tom: Agent, calendar: Calendar, said: Said
) -> None:
    given = {"name": "Netz", "description": "Strom", "lead": mira.pk, "calendar": calendar.pk, "members": [tom.pk]}
    browser.post(to("team-new"), given | {"routing": "off", "most_waiting": 8})
    team = Team.objects.get(slug="netz")
    assert (team.lead, team.calendar, list(team.agents.all())) == (mira, calendar, [tom])
    assert [verb for verb, _subject, _data in said()] == ["setting.created", "setting.changed"]


def test_a_teams_members_change(browser: Client, billing: Team, mira: Agent, tom: Agent, said: Said) -> None:
    given = {"name": "Abrechnung", "members": [tom.pk], "routing": "off", "most_waiting": 8}
    browser.post(to("team", billing.pk), given)
    assert list(billing.agents.all()) == [tom]
    assert said() == [("setting.changed", f"team:{billing.pk}", {"fields": ["members"]})]


def test_a_team_chooses_how_its_concerns_find_somebody(browser: Client, billing: Team, mira: Agent, said: Said) -> None:
    given = {"name": "Abrechnung", "members": [mira.pk], "routing": "propose", "most_waiting": 5}
    browser.post(to("team", billing.pk), given)
    billing.refresh_from_db()
    assert (billing.routing, billing.most_waiting) == ("propose", 5)
    assert said() == [("setting.changed", f"team:{billing.pk}", {"fields": ["most_waiting", "routing"]})]


@pytest.mark.parametrize(
    ("wrong", "field"), [({"most_waiting": 0}, "most_waiting"), ({"most_waiting": 201}, "most_waiting"),
                         ({"most_waiting": ""}, "most_waiting"), ({"routing": "random"}, "routing")],
)  # fmt: skip
def test_a_ceiling_or_way_that_cannot_be_is_refused(
    browser: Client, billing: Team, mira: Agent, said: Said, wrong: dict[str, Any], field: str
) -> None:
    given = {"name": "Abrechnung", "members": [mira.pk], "routing": "assign", "most_waiting": 5} | wrong
    answer = browser.post(to("team", billing.pk), given)
    assert answer.status_code in (200, 422)
    assert f'id="id_{field}-error"' in answer.text
    assert said() == []


def test_a_member_who_left_stays_one_unless_taken_away(
    browser: Client, billing: Team, mira: Agent, admin: Agent
) -> None:
    Agent.objects.filter(pk=mira.pk).update(is_active=False)
    page = browser.get(to("team", billing.pk)).text
    assert re.search(rf'value="{mira.pk}" checked', page)


def test_a_team_with_open_concerns_or_a_mailbox_is_not_deactivated(
    browser: Client, billing: Team, mailbox: Mailbox, ticket: Ticket, said: Said
) -> None:
    answer = browser.post(to("team-deactivate", billing.pk), follow=True)
    assert "mailbox service@musterstadt.example gives it its concerns, 1 open concern lies with it" in answer.text
    billing.refresh_from_db()
    assert billing.is_active
    assert said() == []


def test_a_team_with_nothing_left_is_deactivated_and_activated_again(
    browser: Client, technics: Team, said: Said
) -> None:
    browser.post(to("team-deactivate", technics.pk))
    assert list(Team.objects.filter(is_active=False)) == [technics]
    browser.post(to("team-activate", technics.pk))
    assert not Team.objects.filter(is_active=False).exists()
    assert said() == [("setting.changed", f"team:{technics.pk}", {"fields": ["is_active"]})] * 2


def new_agent(browser: Client, role: Role, teams: list[int], **fields: Any) -> Any:
    given = {"name": "Ana Sá", "email": "Ana@Musterstadt.example", "role": role.pk, "teams": teams, "language": "de"}
    return browser.post(to("agent-new"), given | fields)


def test_a_new_person_is_invited_by_a_link_that_is_shown_once(
    browser: Client, agent_role: Role, billing: Team, said: Said
) -> None:
    answer = new_agent(browser, agent_role, [billing.pk])
    agent = Agent.objects.get(email="ana@musterstadt.example")
    assert (agent.role, list(agent.teams.all()), agent.has_usable_password()) == (agent_role, [billing], False)
    assert answer.headers["Cache-Control"] == "no-store"
    secret = link_in(answer.text).rstrip("/").rpartition("/")[2]
    assert secret not in browser.get(to("agent", agent.pk)).text
    assert Invitation.objects.get(agent=agent).digest == accounts.digest(secret)
    assert [verb for verb, _subject, _data in said()] == ["agent.created", "agent.invited"]


def test_nobody_logs_in_with_an_address_twice(browser: Client, agent_role: Role, mira: Agent) -> None:
    answer = new_agent(browser, agent_role, [], email=mira.email.upper())
    assert answer.status_code == 422
    assert "Somebody logs in with this address already." in answer.text


def test_the_invited_person_sets_a_password_and_can_log_in(
    browser: Client, agent_role: Role, client: Client, said: Said
) -> None:
    link = link_in(new_agent(browser, agent_role, []).text)
    page = client.get(link, headers={"accept-language": "en"})
    assert page.status_code == 200 and "Welcome, Ana Sá." in page.text
    answer = client.post(link, {"password": GOOD, "again": GOOD})
    assert answer.headers["Location"] == reverse("workspace:login")
    assert Agent.objects.get(email="ana@musterstadt.example").check_password(GOOD)
    assert said()[-1][0] == "agent.password_set"


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        (GOOD, GOOD + "x", "The two entries differ."),
        ("kurz", "kurz", "This password is too short."),
        ("password1234", "password1234", "This password is too common."),
        ("ana@musterstadt.example", "ana@musterstadt.example", "The password is too similar"),
    ],
)
def test_a_bad_password_is_refused_in_words(
    browser: Client, agent_role: Role, client: Client, password: str, again: str, words: str
) -> None:
    link = link_in(new_agent(browser, agent_role, []).text)
    answer = client.post(link, {"password": password, "again": again}, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert words in answer.text
    assert not Agent.objects.get(email="ana@musterstadt.example").has_usable_password()


def test_a_link_works_once(browser: Client, agent_role: Role, client: Client) -> None:
    link = link_in(new_agent(browser, agent_role, []).text)
    client.post(link, {"password": GOOD, "again": GOOD})
    for answer in (client.get(link), client.post(link, {"password": "anderes-langes-wort", "again": "x"})):
        assert answer.status_code == 410
    assert Agent.objects.get(email="ana@musterstadt.example").check_password(GOOD)


def test_a_link_that_is_too_old_says_so(browser: Client, agent_role: Role, client: Client) -> None:
    link = link_in(new_agent(browser, agent_role, []).text)
    Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    answer = client.get(link, headers={"accept-language": "en"})
    assert answer.status_code == 410
    assert "ask your administrator for a new link" in answer.text


def test_a_made_up_link_opens_nothing(client: Client, admin: Agent) -> None:
    assert client.get(reverse("workspace:invitation", args=["inv_made-up"])).status_code == 410


def test_a_new_link_ends_the_old_one(browser: Client, mira: Agent, client: Client, said: Said) -> None:
    old = link_in(browser.post(to("agent-invite", mira.pk)).text)
    new = link_in(browser.post(to("agent-invite", mira.pk)).text)
    assert client.get(old).status_code == 410
    assert client.get(new).status_code == 200
    assert [verb for verb, _subject, _data in said()] == ["agent.invited", "agent.invited"]


def test_a_deactivated_persons_link_is_dead(browser: Client, tom: Agent, client: Client) -> None:
    link = link_in(browser.post(to("agent-invite", tom.pk)).text)
    browser.post(to("agent-deactivate", tom.pk))
    assert client.get(link).status_code == 410
    assert browser.post(to("agent-invite", tom.pk)).status_code == 404


def test_a_persons_name_role_teams_and_language_change(
    browser: Client, mira: Agent, technics: Team, admin: Agent, said: Said
) -> None:
    given = {"name": "Mira Y.", "email": mira.email, "role": admin.role_id, "teams": [technics.pk], "language": "en"}
    browser.post(to("agent", mira.pk), given)
    mira.refresh_from_db()
    assert (mira.name, mira.role_id, mira.language, list(mira.teams.all())) == (
        "Mira Y.",
        admin.role_id,
        "en",
        [technics],
    )
    assert said() == [("agent.changed", f"agent:{mira.pk}", {"fields": ["language", "name", "role", "teams"]})]


def test_the_last_administrator_cannot_give_the_role_away(
    browser: Client, admin: Agent, agent_role: Role, said: Said
) -> None:
    given = {"name": admin.name, "email": admin.email, "role": agent_role.pk, "language": "en"}
    answer = browser.post(to("agent", admin.pk), given)
    assert answer.status_code == 422
    assert "Then nobody could change these settings any more." in answer.text
    admin.refresh_from_db()
    assert admin.role_id != agent_role.pk
    assert said() == []


def test_the_last_administrator_cannot_be_deactivated(browser: Client, admin: Agent, said: Said) -> None:
    answer = browser.post(to("agent-deactivate", admin.pk), follow=True)
    assert "Then nobody could change these settings any more." in answer.text
    admin.refresh_from_db()
    assert admin.is_active
    assert said() == []


def test_the_last_administrators_role_cannot_lose_the_permission(browser: Client, admin: Agent, said: Said) -> None:
    given = {"name": "administration", "permissions": ["ticket.read"]}
    answer = browser.post(to("role", admin.role_id), given)
    assert answer.status_code == 422
    assert "Then nobody could change these settings any more." in answer.text
    assert Role.objects.get(pk=admin.role_id).permissions == list(PERMISSIONS)
    assert said() == []


def test_who_answers_for_a_mailbox_or_leads_a_team_needs_a_successor(
    browser: Client, mira: Agent, mailbox: Mailbox, technics: Team, said: Said
) -> None:
    Team.objects.filter(pk=technics.pk).update(lead=mira)
    answer = browser.post(to("agent-deactivate", mira.pk), follow=True)
    assert "answers for mailbox service@musterstadt.example, leads team Technik" in answer.text
    mira.refresh_from_db()
    assert mira.is_active
    assert said() == []


def test_somebody_without_duties_is_deactivated_and_comes_back(browser: Client, tom: Agent, said: Said) -> None:
    browser.post(to("agent-deactivate", tom.pk))
    assert list(Agent.objects.filter(is_active=False)) == [tom]
    assert "Tom Richter" in browser.get(to("agents")).text
    browser.post(to("agent-activate", tom.pk))
    assert not Agent.objects.filter(is_active=False).exists()
    assert [verb for verb, _subject, _data in said()] == ["agent.left", "agent.returned"]


def test_open_concerns_of_somebody_who_leaves_are_named(
    browser: Client, tom: Agent, ticket: Ticket, admin: Agent, now: Any
) -> None:
    tickets.assign(ticket, to=tom, actor=Actor.agent(admin.pk), at=now)
    assert "1 open concern is assigned to this person." in browser.get(to("agent", tom.pk)).text


def test_a_role_is_created_with_described_permissions(browser: Client, said: Said) -> None:
    page = browser.get(to("role-new")).text
    assert page.count('name="permissions"') == len(PERMISSIONS)
    assert "Colleagues read them, customers never." in page
    browser.post(to("role-new"), {"name": "Lesen", "permissions": ["ticket.read"], "sees_all_teams": "on"})
    role = Role.objects.get(slug="lesen")
    assert (role.permissions, role.sees_all_teams) == (["ticket.read"], True)
    assert said() == [("setting.created", f"role:{role.pk}", {})]


def test_an_unknown_permission_is_refused(browser: Client) -> None:
    answer = browser.post(to("role-new"), {"name": "Alles", "permissions": ["ticket.everything"]})
    assert answer.status_code == 422
    assert not Role.objects.filter(name="Alles").exists()


def test_a_role_somebody_has_is_not_deleted(browser: Client, mira: Agent, said: Said) -> None:
    answer = browser.post(to("role-delete", mira.role_id), follow=True)
    assert "service cannot be deleted: 1 person has this role." in answer.text
    assert Role.objects.filter(pk=mira.role_id).exists()
    assert said() == []


def test_a_role_nobody_has_is_deleted(browser: Client, agent_role: Role, said: Said) -> None:
    browser.post(to("role-delete", agent_role.pk))
    assert not Role.objects.filter(pk=agent_role.pk).exists()
    assert said() == [("setting.deleted", f"role:{agent_role.pk}", {})]


def test_a_token_is_shown_once_and_only_its_digest_kept(browser: Client, mira: Agent, said: Said) -> None:
    answer = browser.post(to("token-new"), {"agent": mira.pk, "name": "Zähler-App", "scopes": ["read", "write"]})
    found = re.search(r'value="(anl_[^"]+)"', answer.text)
    assert found and answer.headers["Cache-Control"] == "no-store"
    token = ApiToken.objects.get()
    assert (token.agent, token.name, token.digest) == (mira, "Zähler-App", accounts.digest(found[1]))
    page = browser.get(to("tokens")).text
    assert "Zähler-App" in page and found[1] not in page
    data = {"agent": f"agent:{mira.pk}", "scopes": ["read", "write"]}
    assert said() == [("token.created", f"apitoken:{token.pk}", data)]


def test_a_token_needs_a_purpose_a_person_and_a_scope(browser: Client, mira: Agent) -> None:
    for missing in ("agent", "name", "scopes"):
        given = {"agent": mira.pk, "name": "App", "scopes": ["read"]}
        del given[missing]
        assert browser.post(to("token-new"), given).status_code == 422, missing
    assert not ApiToken.objects.exists()


def test_a_revoked_token_no_longer_counts(browser: Client, mira: Agent, said: Said) -> None:
    browser.post(to("token-new"), {"agent": mira.pk, "name": "App", "scopes": ["read"]})
    token = ApiToken.objects.get()
    browser.post(to("token-revoke", token.pk))
    assert not ApiToken.objects.valid().exists()
    assert said()[-1] == ("token.revoked", f"apitoken:{token.pk}", {"agent": f"agent:{mira.pk}"})


@pytest.mark.parametrize("name", ["agent-deactivate", "agent-invite", "agent-activate"])
def test_somebody_without_the_permission_touches_no_account(
    client_of: Callable[[Agent], Client], mira: Agent, tom: Agent, said: Said, name: str
) -> None:
    assert client_of(mira).post(to(name, tom.pk)).status_code == 403
    assert said() == []


@pytest.mark.parametrize("name", ["agent-deactivate", "agent-invite", "team-deactivate", "role-delete", "token-revoke"])
def test_looking_at_the_address_of_a_change_changes_nothing(browser: Client, admin: Agent, name: str) -> None:
    assert browser.get(to(name, admin.pk)).status_code == 405


@pytest.mark.parametrize("name", ["agent-leaving", "team-ending"])
def test_looking_at_what_an_ending_would_do_changes_nothing(
    browser: Client, mira: Agent, billing: Team, said: Said, name: str
) -> None:
    one: Agent | Team = mira if name == "agent-leaving" else billing
    assert browser.get(to(name, one.pk)).status_code == 200
    one.refresh_from_db()
    assert (one.is_active, said()) == (True, [])
