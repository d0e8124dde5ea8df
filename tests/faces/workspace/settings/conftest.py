"""The administrator in front of the settings."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent

Post = Callable[..., HttpResponse]


def address(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


@pytest.fixture
def client_of() -> Callable[[Agent], Client]:
    """A browser in which this agent is logged in."""

    def log_in(agent: Agent) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(agent)
        return client

    return log_in


@pytest.fixture
def browser(admin: Agent, client_of: Callable[[Agent], Client]) -> Client:
    """Jana Kowalski, who may do everything, in English."""
    Agent.objects.filter(pk=admin.pk).update(language="en")
    return client_of(admin)


@pytest.fixture
def said() -> Callable[[], list[tuple[str, str, dict[str, Any]]]]:
    """What the journal has to say: verb, subject and data of each event since the test began to look."""
    before = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def since() -> list[tuple[str, str, dict[str, Any]]]:
        events = Event.objects.filter(id__gt=before).order_by("id")
        return [(event.verb, event.subject, event.data) for event in events]

    return since


@pytest.fixture
def monday(now: datetime) -> datetime:
    return now
