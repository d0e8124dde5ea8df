"""Settings, agents, invitations and tokens: each write with its state, its event and its refusal."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import ProtectedError

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, ApiToken, Brand, Calendar, Invitation, Operator, Role, Team

PASSWORD = "noch-ein-langes-wort"


def told(subject: str) -> list[tuple[str, dict[str, object]]]:
    """The events of a subject, in order."""
    return list(Event.objects.filter(subject=subject).order_by("id").values_list("verb", "data"))


def test_an_instance_is_set_up_once(operator: Operator, now: datetime) -> None:
    assert told("operator:1") == [("instance.set_up", {})]
    with pytest.raises(accounts.AlreadySetUp):
        accounts.set_up(name="Zweite Stadtwerke", actor=SYSTEM, at=now)
    assert [each.name for each in Operator.objects.all()] == ["Stadtwerke Musterstadt"]
    assert told("operator:1") == [("instance.set_up", {})]


def test_a_setting_is_created_and_changed_and_says_which_fields(billing: Team, mira: Agent, now: datetime) -> None:
    changed = accounts.change(billing, name="Rechnungen", lead=mira, slug="abrechnung", actor=SYSTEM, at=now)
    assert (changed.name, changed.lead) == ("Rechnungen", mira)
    subject = f"team:{billing.pk}"
    assert told(subject) == [("setting.created", {}), ("setting.changed", {"fields": ["lead", "name"]})]


def test_changing_a_setting_to_what_it_is_says_nothing(billing: Team, now: datetime) -> None:
    accounts.change(billing, name="Abrechnung", slug="abrechnung", actor=SYSTEM, at=now)
    assert told(f"team:{billing.pk}") == [("setting.created", {})]


def test_deleting_a_setting_keeps_its_event_and_one_in_use_is_refused(
    mira: Agent, agent_role: Role, now: datetime
) -> None:
    spare = accounts.create(Role, name="Aushilfe", slug="aushilfe", permissions=[], actor=SYSTEM, at=now)
    subject = f"role:{spare.pk}"
    accounts.delete(spare, actor=SYSTEM, at=now)
    assert told(subject) == [("setting.created", {}), ("setting.deleted", {})]
    with pytest.raises(ProtectedError):
        accounts.delete(agent_role, actor=SYSTEM, at=now)
    assert Role.objects.filter(slug="service").exists()
    assert told(f"role:{agent_role.pk}") == [("setting.created", {})]


def test_making_one_the_default_takes_it_from_the_other(brand: Brand, now: datetime) -> None:
    other = accounts.create(Brand, name="Netz", slug="netz", email="netz@musterstadt.example", actor=SYSTEM, at=now)
    for _ in range(2):  # the second time nothing changes
        accounts.make_default(other, actor=SYSTEM, at=now)
    assert set(Brand.objects.values_list("slug", "is_default")) == {("musterstadt", False), ("netz", True)}
    assert told(f"brand:{other.pk}") == [("setting.created", {}), ("setting.changed", {"fields": ["is_default"]})]
    assert told(f"brand:{brand.pk}") == [("setting.created", {}), ("setting.changed", {"fields": ["is_default"]})]


def test_two_who_make_different_ones_the_default_leave_one(transactional_db: None, now: datetime) -> None:
    brands = [
        accounts.create(Brand, name=name, slug=name, email=f"{name}@a.example", actor=SYSTEM, at=now) for name in "abc"
    ]
    accounts.make_default(brands[0], actor=SYSTEM, at=now)
    together = Barrier(2)

    def choose(brand: Brand) -> None:
        together.wait(timeout=30)
        try:
            accounts.make_default(brand, actor=SYSTEM, at=now)
        finally:
            connection.close()

    for _attempt in range(5):
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(choose, brands[1:]))
        assert Brand.objects.filter(is_default=True).count() == 1


def test_hours_are_replaced_as_a_whole(calendar: Calendar, now: datetime) -> None:
    before = len(told(f"calendar:{calendar.pk}"))
    for _ in range(2):
        accounts.set_hours(calendar, openings=[(5, time(9), time(12))], days_off=[], actor=SYSTEM, at=now)
    assert list(calendar.openings.values_list("weekday", "opens", "closes")) == [(5, time(9), time(12))]
    said = [("setting.changed", {"fields": ["days_off", "openings"]})]
    assert told(f"calendar:{calendar.pk}")[before:] == said


def test_an_agent_is_created_leaves_and_returns(mira: Agent, admin: Agent, billing: Team, now: datetime) -> None:
    boss = Actor.agent(admin.pk)
    assert (mira.check_password("richtig-langes-wort"), mira.team_ids()) == (True, [billing.pk])
    for _ in range(2):
        accounts.deactivate(mira, actor=boss, at=now)
    assert not Agent.objects.active().filter(pk=mira.pk).exists()
    for _ in range(2):
        accounts.activate(mira, actor=boss, at=now)
    assert Agent.objects.active().filter(pk=mira.pk).exists()
    assert told(f"agent:{mira.pk}") == [
        ("agent.created", {"role": "service", "teams": [f"team:{billing.pk}"]}),
        ("agent.left", {}),
        ("agent.returned", {}),
    ]


def test_changing_an_agent_to_what_they_are_says_nothing(mira: Agent, billing: Team, now: datetime) -> None:
    accounts.change_agent(mira, name="Mira Yılmaz", teams=[billing], actor=SYSTEM, at=now)
    assert [verb for verb, _data in told(f"agent:{mira.pk}")] == ["agent.created"]


def test_the_last_administrator_cannot_leave(admin: Agent, mira: Agent, now: datetime) -> None:
    with pytest.raises(accounts.LastAdministrator):
        accounts.deactivate(admin, actor=SYSTEM, at=now)
    assert Agent.objects.get(pk=admin.pk).is_active
    assert [verb for verb, _data in told(f"agent:{admin.pk}")] == ["agent.created"]


def test_the_last_administrator_cannot_get_another_role(admin: Agent, agent_role: Role, now: datetime) -> None:
    with pytest.raises(accounts.LastAdministrator):
        accounts.change_agent(admin, role=agent_role, actor=SYSTEM, at=now)
    assert Agent.objects.get(pk=admin.pk).role.slug == "administration"
    assert [verb for verb, _data in told(f"agent:{admin.pk}")] == ["agent.created"]


def test_the_last_administrators_role_cannot_lose_the_settings(admin: Agent, now: datetime) -> None:
    with pytest.raises(accounts.LastAdministrator):
        accounts.change(admin.role, permissions=["ticket.read"], actor=SYSTEM, at=now)
    assert "settings.manage" in Role.objects.get(pk=admin.role_id).permissions
    assert told(f"role:{admin.role_id}") == [("setting.created", {})]


def test_with_a_second_administrator_the_first_may_leave(admin: Agent, mira: Agent, now: datetime) -> None:
    accounts.change_agent(mira, role=admin.role, actor=SYSTEM, at=now)
    assert not accounts.deactivate(admin, actor=SYSTEM, at=now).is_active
    with pytest.raises(accounts.LastAdministrator):  # one who has left does not count
        accounts.deactivate(mira, actor=SYSTEM, at=now)


def test_an_invitation_sets_a_password_once(mira: Agent, admin: Agent, now: datetime) -> None:
    secret = accounts.invite(mira, actor=Actor.agent(admin.pk), at=now)
    assert accounts.accept_invitation(secret, password=PASSWORD, at=now).check_password(PASSWORD)
    assert Invitation.objects.get().created_by == admin
    with pytest.raises(accounts.InvitationInvalid):
        accounts.accept_invitation(secret, password="ein-anderes-wort", at=now)
    assert Agent.objects.get(pk=mira.pk).check_password(PASSWORD)
    assert [verb for verb, _data in told(f"agent:{mira.pk}")][1:] == ["agent.invited", "agent.password_set"]
    assert Event.objects.get(verb="agent.password_set").actor == f"agent:{mira.pk}"


@pytest.mark.parametrize("spoilt", ["too old", "replaced", "made up", "of somebody who left"])
def test_an_invitation_that_no_longer_counts_is_refused(mira: Agent, admin: Agent, now: datetime, spoilt: str) -> None:
    secret, at = accounts.invite(mira, actor=SYSTEM, at=now), now
    match spoilt:
        case "too old":
            at = now + accounts.INVITATION_LASTS
        case "replaced":
            accounts.invite(mira, actor=SYSTEM, at=now)
        case "made up":
            secret = "inv_" + "A" * 43
        case "of somebody who left":
            accounts.deactivate(mira, actor=SYSTEM, at=now)
    with pytest.raises(accounts.InvitationInvalid):
        accounts.accept_invitation(secret, password=PASSWORD, at=at)
    assert not Agent.objects.get(pk=mira.pk).check_password(PASSWORD)
    assert not Event.objects.filter(verb="agent.password_set").exists()


def test_an_invitation_counts_until_its_last_moment(mira: Agent, now: datetime) -> None:
    secret = accounts.invite(mira, actor=SYSTEM, at=now)
    last = now + accounts.INVITATION_LASTS - timedelta(microseconds=1)
    assert accounts.accept_invitation(secret, password=PASSWORD, at=last) == mira


def test_a_token_keeps_its_hash_only_and_is_revoked_once(mira: Agent, now: datetime) -> None:
    token, secret = accounts.create_token(mira, scopes=["write", "read", "read"], actor=SYSTEM, at=now)
    assert (token.scopes, token.digest) == (["read", "write"], accounts.digest(secret))
    assert secret not in str(ApiToken.objects.values().get())
    assert list(ApiToken.objects.valid()) == [token]
    for later in (now, now + timedelta(hours=1)):
        revoked = accounts.revoke_token(token, actor=SYSTEM, at=later)
    assert (revoked.revoked_at, list(ApiToken.objects.valid())) == (now, [])
    assert told(f"apitoken:{token.pk}") == [
        ("token.created", {"agent": f"agent:{mira.pk}", "scopes": ["read", "write"]}),
        ("token.revoked", {"agent": f"agent:{mira.pk}"}),
    ]


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "everything"]])
def test_a_token_for_anything_else_is_refused(mira: Agent, now: datetime, scopes: list[str]) -> None:
    with pytest.raises(accounts.UnknownScope):
        accounts.create_token(mira, scopes=scopes, actor=SYSTEM, at=now)
    assert not ApiToken.objects.exists()
    assert not Event.objects.filter(verb="token.created").exists()


def test_the_token_of_an_agent_who_left_is_not_valid(mira: Agent, admin: Agent, now: datetime) -> None:
    accounts.create_token(mira, scopes=["read"], actor=SYSTEM, at=now)
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    assert not ApiToken.objects.valid().exists()
