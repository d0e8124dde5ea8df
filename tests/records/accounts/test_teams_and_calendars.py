"""Teams with their members and calendars with their hours are saved in one go."""

from datetime import date, datetime, time

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, Team

WEEK = [(0, time(8), time(12)), (0, time(13), time(17))]
OFF = [(date(2026, 12, 24), "Heiligabend")]


def said(subject: object) -> list[tuple[str, list[str]]]:
    rows = Event.objects.filter(subject=subject, verb__startswith="setting.").order_by("id")
    return [(event.verb, event.data.get("fields", [])) for event in rows]


def test_a_team_is_created_with_its_members(admin: Agent, mira: Agent, tom: Agent, now: datetime) -> None:
    team = accounts.save_team(None, name="Netz", slug="netz", members=[mira, tom], actor=Actor.agent(admin.pk), at=now)
    assert set(team.agents.all()) == {mira, tom}
    assert said(f"team:{team.pk}") == [("setting.created", []), ("setting.changed", ["members"])]


def test_changing_a_team_says_what_changed_and_nothing_else(
    billing: Team, admin: Agent, mira: Agent, tom: Agent, now: datetime
) -> None:
    before = len(said(f"team:{billing.pk}"))
    actor = Actor.agent(admin.pk)
    accounts.save_team(billing, name="Abrechnung", members=[mira], actor=actor, at=now)
    assert len(said(f"team:{billing.pk}")) == before
    accounts.save_team(billing, name="Rechnungen", members=[tom], actor=actor, at=now)
    assert said(f"team:{billing.pk}")[before:] == [("setting.changed", ["name"]), ("setting.changed", ["members"])]
    assert set(billing.agents.all()) == {tom}


def test_a_calendar_is_saved_with_its_hours(admin: Agent, now: datetime) -> None:
    calendar = accounts.save_calendar(
        None, name="Störung", openings=WEEK, days_off=OFF, actor=Actor.agent(admin.pk), at=now
    )
    assert set(calendar.openings.values_list("weekday", "opens", "closes")) == set(WEEK)
    assert list(calendar.days_off.values_list("on", "name")) == OFF


def test_saving_the_same_hours_again_says_nothing(calendar: Calendar, admin: Agent, now: datetime) -> None:
    actor = Actor.agent(admin.pk)
    saved = accounts.save_calendar(calendar, openings=WEEK, days_off=OFF, actor=actor, at=now)
    before = said(f"calendar:{calendar.pk}")
    accounts.save_calendar(saved, openings=list(reversed(WEEK)), days_off=OFF, actor=actor, at=now)
    assert said(f"calendar:{calendar.pk}") == before


def test_an_agent_is_created_with_an_invitation(admin: Agent, billing: Team, now: datetime) -> None:
    agent, secret = accounts.create_invited(
        name="Ana Sá",
        email="ana@musterstadt.example",
        role=admin.role,
        teams=[billing],
        actor=Actor.agent(admin.pk),
        at=now,
    )
    assert not agent.has_usable_password()
    assert accounts.accept_invitation(secret, password="richtig-langes-wort", at=now) == agent
    verbs = Event.objects.filter(subject=f"agent:{agent.pk}").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["agent.created", "agent.invited", "agent.password_set"]


def test_changing_an_agents_teams_says_so_once(admin: Agent, mira: Agent, technics: Team, now: datetime) -> None:
    accounts.change_agent(mira, teams=[technics], actor=Actor.agent(mira.pk), at=now)
    accounts.change_agent(mira, teams=[technics], actor=Actor.agent(mira.pk), at=now)
    assert list(mira.teams.all()) == [technics]
    changes = Event.objects.filter(subject=f"agent:{mira.pk}", verb="agent.changed")
    assert [event.data for event in changes] == [{"fields": ["teams"]}]
