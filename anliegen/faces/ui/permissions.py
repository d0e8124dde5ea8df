"""Each route says what it asks: pages for agents a permission, pages for customers why they need none."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import PERMISSIONS, UnknownPermission, may

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def asks(permission: str) -> Callable[[View[P]], View[P]]:
    """A page for agents whose role has this permission. Whether the subject is theirs the view asks itself."""
    if permission not in PERMISSIONS:
        raise UnknownPermission(permission)

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not isinstance(request.user, Agent) or not may(request.user, permission):
                raise PermissionDenied
            request.user = request.user.itself()  # a page asks it a hundred times, each time through Django's proxy
            return view(request, *args, **kwargs)

        guarded.asks = permission  # type: ignore[attr-defined]  # read by the house test that walks all routes
        return guarded

    return declare


def open_to_customers(reason: str) -> Callable[[View[P]], View[P]]:
    """A page without a login: `reason` says what protects it instead, or that it needs no protection."""

    def declare(view: View[P]) -> View[P]:
        view.asks = f"customer: {reason}"  # type: ignore[attr-defined]
        return view

    return declare


def open_to_all_agents(reason: str) -> Callable[[View[P]], View[P]]:
    """A page for everybody who is logged in, such as the own preferences."""

    def declare(view: View[P]) -> View[P]:
        guarded = login_required(view)
        guarded.asks = f"agent: {reason}"  # type: ignore[attr-defined]
        return guarded

    return declare
