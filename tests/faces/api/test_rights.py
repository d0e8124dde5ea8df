import re
from collections.abc import Callable
from datetime import date, datetime

import pytest

from anliegen.faces.api import rights
from anliegen.faces.api.interface import api
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, ApiToken
from anliegen.records.accounts.permissions import UnknownPermission

ROUTES = [
    (method, re.sub(r"\{int:(number|message|link)\}", "1", operation.path), token)
    for operation, token in rights.routes(api)
    for method in operation.methods
]


@pytest.fixture(params=ROUTES, ids=[f"{method} {path}" for method, path, _token in ROUTES])
def route(request: pytest.FixtureRequest) -> tuple[str, str, rights.Token]:
    return request.param


def test_without_a_token_each_route_is_closed(route, program, problem, db):
    response = program().send(*route[:2])
    assert problem(response)[:2] == (401, "token-needed")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="Anliegen"'


def test_without_its_scope_each_route_is_closed(route, program, problem, admin: Agent):
    method, path, token = route
    other = {"read": "write", "write": "read"}[token.scope]
    assert problem(program(admin, scopes=(other,)).send(method, path))[:2] == (403, "not-allowed")


def test_without_its_permission_each_route_is_closed(route, program, problem, admin: Agent, mira: Agent, now: datetime):
    method, path, token = route
    kept = [code for code in mira.role.permissions if code not in token.asks]
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=kept)
    assert problem(program(mira).send(method, path))[:2] == (403, "not-allowed")


def test_each_route_that_changes_something_asks_the_scope_write():
    asked = {(method, token.scope) for method, _path, token in ROUTES}
    assert asked == {("GET", "read"), ("POST", "write"), ("PATCH", "write"), ("DELETE", "write")}


@pytest.mark.parametrize("secret", ["", "anl_wrong", "Ünlesbar"])
def test_a_made_up_token_opens_nothing(problem, db, client, secret: str):
    response = client.get("/api/v1/tickets", headers={"Authorization": f"Bearer {secret}"})
    assert problem(response)[0] == 401


def test_another_scheme_opens_nothing(problem, db, client, mira: Agent, now: datetime):
    secret = accounts.create_token(mira, scopes=["read"], actor=SYSTEM, at=now)[1]
    assert problem(client.get("/api/v1/tickets", headers={"Authorization": f"Basic {secret}"}))[0] == 401
    assert problem(client.get("/api/v1/tickets", headers={"Authorization": secret}))[0] == 401


def test_a_session_opens_nothing(problem, client, mira: Agent):
    client.force_login(mira)
    assert problem(client.get("/api/v1/tickets"))[0] == 401


def test_a_revoked_token_opens_nothing(program, problem, mira: Agent, now: datetime):
    bot = program(mira)
    accounts.revoke_token(ApiToken.objects.get(), actor=SYSTEM, at=now)
    assert problem(bot.get("/tickets"))[0] == 401


def test_the_token_of_an_agent_who_left_opens_nothing(program, problem, admin: Agent, mira: Agent, now: datetime):
    bot = program(mira)
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    assert problem(bot.get("/tickets"))[0] == 401


def test_the_day_of_the_last_use_is_kept(program, mira: Agent, monkeypatch: pytest.MonkeyPatch, now: datetime):
    monkeypatch.setattr(clock, "now", lambda: now)
    program(mira).get("/tickets")
    assert ApiToken.objects.get().last_used_on == date(2026, 11, 16)


def test_a_route_cannot_ask_for_what_nobody_declared():
    with pytest.raises(UnknownPermission):
        rights.writes("ticket.burn")


Problem = Callable[..., tuple[int, str, list[str]]]


@pytest.mark.parametrize("path", ["/", "/nothing", "/tickets/abc", "/tickets/1/nothing", "/tickets/", "/docs/"])
def test_an_address_that_does_not_exist_is_a_problem_too(program, problem: Problem, mira: Agent, path: str):
    assert problem(program(mira).get(path))[:2] == (404, "not-found")


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/tickets/1"), ("PUT", "/tickets"), ("PATCH", "/search")])
def test_a_method_that_a_route_does_not_take_is_a_problem_too(
    program, problem: Problem, mira: Agent, method: str, path: str
):
    response = program(mira).send(method, path)
    assert problem(response)[:2] == (405, "wrong-method")
    assert "GET" in response.headers["Allow"]
