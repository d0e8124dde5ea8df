"""The workspace as its agents use it: one logged-in client each."""

from collections.abc import Callable

import pytest
from django.test import Client

from anliegen.records.accounts.models import Agent


@pytest.fixture
def logged_in() -> Callable[..., Client]:
    """A client of this agent; with `htmx` it asks for parts, as the page's own script does."""

    def make(agent: Agent, *, htmx: bool = False) -> Client:
        client = Client(headers={"HX-Request": "true"} if htmx else None)
        client.force_login(agent)
        return client

    return make


@pytest.fixture
def miras(mira: Agent, logged_in: Callable[..., Client]) -> Client:
    return logged_in(mira)


@pytest.fixture
def miras_parts(mira: Agent, logged_in: Callable[..., Client]) -> Client:
    return logged_in(mira, htmx=True)


@pytest.fixture
def toms(tom: Agent, logged_in: Callable[..., Client]) -> Client:
    return logged_in(tom)


@pytest.fixture
def janas(admin: Agent, logged_in: Callable[..., Client]) -> Client:
    return logged_in(admin)
