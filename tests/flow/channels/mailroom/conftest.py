"""A mailbox elsewhere, and a source that fetches from it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from anliegen.flow.channels.mailroom import fetch
from anliegen.flow.channels.mailroom.sources import create_source
from anliegen.flow.channels.models import Intake, Source, Unfetched
from anliegen.ground import files
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Mailbox

from .servers import Folder, PopConversation, Server, running


@pytest.fixture
def folder() -> Folder:
    return Folder()


@pytest.fixture
def server(folder: Folder) -> Iterator[Server]:
    with running(Server(folder)) as started:
        yield started


@pytest.fixture
def pop_server(folder: Folder) -> Iterator[Server]:
    with running(Server(folder, PopConversation)) as started:
        yield started


@pytest.fixture
def fields(server: Server) -> dict[str, Any]:
    """Of a source that is read from its beginning."""
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": "service",
        "password": "geheim",
        "allow_private": True,
        "last_uid": 0,
    }


@pytest.fixture
def jana(admin: Agent) -> Actor:
    return Actor.agent(admin.pk)


@pytest.fixture
def source(mailbox: Mailbox, fields: dict[str, Any], jana: Actor, now: datetime) -> Source:
    return create_source(mailbox, actor=jana, at=now, **fields)


@pytest.fixture
def pop_source(mailbox: Mailbox, pop_server: Server, jana: Actor, now: datetime) -> Source:
    return create_source(
        mailbox, kind="pop3", host="127.0.0.1", port=pop_server.port, security="none", username="service",
        password="geheim", folder="", allow_private=True, last_uid=0, actor=jana, at=now,
    )  # fmt: skip


def fetch_again(source: Source) -> Source:
    """As the clock would, however long the source wanted to wait."""
    Source.objects.filter(pk=source.pk).update(retry_at=None)
    fetch.fetch(source_id=source.pk)
    return Source.objects.get(pk=source.pk)


def stored() -> list[bytes]:
    return [files.get(line.sha256) for line in Intake.objects.order_by("pk")]


def aside(source: Source) -> list[tuple[str, str]]:
    """What lies there and is not in the ledger, and why."""
    return list(Unfetched.objects.filter(source=source).order_by("pk").values_list("key", "state"))
