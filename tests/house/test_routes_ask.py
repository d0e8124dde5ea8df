"""Every route that takes a write says what it asks: a page by `asks`, a route of the API by its token."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from ninja import NinjaAPI

from anliegen.faces.api import rights
from anliegen.faces.api.interface import api
from anliegen.records.accounts.permissions import PERMISSIONS

READS = {"GET", "HEAD", "OPTIONS"}
# What others wrote and what guards itself: login, second factor, and password of the agent who is there.
OF_OTHERS = ("allauth.",)


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each address pattern with its view."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{before}{pattern.pattern}", pattern.callback
        else:
            yield from routes(pattern, f"{before}{pattern.pattern}")


def innermost(view: Callable[..., Any]) -> Callable[..., Any]:
    while wrapped := getattr(view, "__wrapped__", None):
        view = wrapped
    return view


def is_of_ninja(view: Callable[..., Any]) -> bool:
    return innermost(view).__module__.startswith("ninja.")


def takes_writes(view: Callable[..., Any]) -> bool:
    """Whether the view does anything but refuse a write, asked by sending it one."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        request = RequestFactory().generic(method, "/")
        request.user = AnonymousUser()
        request.session = {}
        request._messages = CookieStorage(request)
        try:
            response = view(request)
        except Exception:
            return True
        if not isinstance(response, HttpResponse) or response.status_code not in (404, 405):
            return True
    return False


PAGES = [
    pytest.param(view, id=path or "/")
    for path, view in routes()
    if not is_of_ninja(view) and not innermost(view).__module__.startswith(OF_OTHERS)
]


@pytest.mark.parametrize("view", PAGES)
def test_a_page_that_takes_a_write_says_what_it_asks(view: Callable[..., Any], db: None):
    asks = getattr(view, "asks", None)
    if asks is None:
        assert not takes_writes(view), "declare what it asks, see faces/ui/permissions.py"
        return
    kind, _colon, reason = asks.partition(": ")
    assert asks in PERMISSIONS or (kind in ("customer", "agent") and reason)


@pytest.mark.parametrize(
    ("methods", "token"), [pytest.param(set(op.methods), token, id=op.path) for op, token in rights.routes(api)]
)
def test_a_route_of_the_api_says_what_it_asks(methods: set[str], token: rights.Token | None):
    assert token is not None, "declare `auth=reads(...)` or `auth=writes(...)`, see faces/api/rights.py"
    assert token.asks
    assert set(token.asks) <= PERMISSIONS.keys()
    assert token.scope == ("read" if methods <= READS else "write")


def test_there_is_no_other_api_than_the_one_that_is_walked():
    """A second NinjaAPI would have routes that the test above does not see."""
    of_ninja = [path for path, view in routes() if is_of_ninja(view)]
    assert len(of_ninja) == len(list(rights.routes(api)))


def test_a_write_route_without_a_declaration_would_be_found():
    def careless(request: Any) -> HttpResponse:
        return HttpResponse("written")

    assert takes_writes(careless)
    other = NinjaAPI(urls_namespace="other")
    other.post("/open")(careless)
    assert [token for _operation, token in rights.routes(other)] == [None]


def test_what_others_wrote_are_views_of_login_only():
    modules = {innermost(view).__module__ for _path, view in routes()}
    others = {module.split(".")[1] for module in modules if module.startswith(OF_OTHERS)}
    assert others <= {"account", "mfa", "socialaccount", "usersessions"}
