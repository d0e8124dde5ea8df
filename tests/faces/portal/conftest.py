"""The portal as a customer's browser sees it: no login, no cookie, one signed link."""

from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from anliegen.flow.channels.status_link import send
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Calendar, Mailbox
from anliegen.records.tickets import actions, links
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-DE,de;q=0.9,en;q=0.5"}


@pytest.fixture
def browser(mailbox: Mailbox, calendar: Calendar) -> Client:
    """A German browser that lets errors become pages, as in production."""
    return Client(raise_request_exception=False, **GERMAN)


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch, now: datetime) -> datetime:
    """The cast's Monday is now."""
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


def text_of(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def address(name: str, ticket: Ticket, *, token: str | None = None, **more: Any) -> str:
    """The address of a page of this ticket, with the owner's proof unless another is given."""
    return reverse(f"portal:{name}", kwargs={"number": ticket.pk, "token": token or links.token(ticket), **more})


@pytest.fixture
def status_page(browser: Client) -> Callable[[Ticket], str]:
    def read(ticket: Ticket, **more: Any) -> str:
        response = browser.get(address("status", ticket, **more))
        assert response.status_code == 200
        return text_of(response)

    return read


@pytest.fixture
def answered(now: datetime) -> Callable[..., Message]:
    """An agent's answer that reached the customer."""

    def answer(ticket: Ticket, agent: Agent, text: str, **more: Any) -> Message:
        said = actions.reply(ticket, Answer(text), actor=Actor.agent(agent.pk), at=more.pop("at", now), **more)
        return actions.mark_sent(said, actor=Actor.rule("mail"), at=said.created_at)

    return answer


@pytest.fixture
def run_link_jobs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Instead of waiting for the worker, the job runs at once; what was asked for is noted."""
    asked: list[tuple[int, str]] = []

    def at_once(task: Any, **arguments: Any) -> bool:
        asked.append((arguments["number"], arguments["address"]))
        send.func(**arguments)
        return True

    monkeypatch.setattr("anliegen.flow.channels.status_link.defer", at_once)
    return asked
