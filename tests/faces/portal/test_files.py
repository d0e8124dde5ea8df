"""Files of a conversation."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, links
from anliegen.records.tickets.content import Answer, File
from anliegen.records.tickets.models import Attachment, Ticket

from .conftest import address, text_of

pytestmark = pytest.mark.usefixtures("present")


def stored(name: str, kind: str, content: bytes) -> File:
    return File(name, kind, len(content), files.put(content))


@pytest.fixture
def with_files(open_ticket: Callable[..., Ticket], kim_address: Address) -> Ticket:
    return open_ticket(
        kim_address,
        files=(
            stored("Zähler.png", "image/png", b"\x89PNG"),
            stored("seite.html", "text/html", b"<script>alert(1)</script>"),
            stored("bild.svg", "image/svg+xml", b"<svg/>"),
        ),
    )


def file_of(ticket: Ticket, name: str) -> Attachment:
    return Attachment.objects.get(message__ticket=ticket, filename=name)


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_a_file_is_saved_under_its_name(browser: Client, with_files: Ticket) -> None:
    response = browser.get(address("file", with_files, pk=file_of(with_files, "Zähler.png").pk))
    assert body(response) == b"\x89PNG"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Z%C3%A4hler.png"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_a_picture_can_be_looked_at(browser: Client, with_files: Ticket) -> None:
    where = address("file", with_files, pk=file_of(with_files, "Zähler.png").pk)
    response = browser.get(f"{where}?show")
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("inline")
    assert f'href="{where}?show"' in text_of(browser.get(address("status", with_files)))


@pytest.mark.parametrize("name", ["seite.html", "bild.svg"])
def test_what_could_run_something_is_never_opened(browser: Client, with_files: Ticket, name: str) -> None:
    response = browser.get(address("file", with_files, pk=file_of(with_files, name).pk) + "?show")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_file_of_another_concern_is_not_there(
    browser: Client, with_files: Ticket, open_ticket: Callable[..., Ticket], now: datetime
) -> None:
    other = customers.meet(kind="email", value="ada@example.org", name="Ada", actor=SYSTEM, at=now)
    theirs = open_ticket(other, files=(stored("geheim.png", "image/png", b"\x89PNG!"),))
    assert browser.get(address("file", with_files, pk=file_of(theirs, "geheim.png").pk)).status_code == 404
    assert browser.get(address("file", with_files, pk=10**30)).status_code == 404


def test_a_file_of_an_answer_that_is_not_sent_is_not_there(
    browser: Client, with_files: Ticket, mira: Agent, now: datetime
) -> None:
    answer = Answer("Anbei.", files=(stored("rechnung.pdf", "application/pdf", b"%PDF"),))
    said = actions.reply(with_files, answer, actor=Actor.agent(mira.pk), at=now)
    where = address("file", with_files, pk=file_of(with_files, "rechnung.pdf").pk)
    assert browser.get(where).status_code == 404
    actions.mark_sent(said, actor=SYSTEM, at=now)
    assert browser.get(where).status_code == 200
    assert browser.get(where.replace(links.token(with_files), links.visitor_token(with_files))).status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_a_page_not_an_error(browser: Client, with_files: Ticket) -> None:
    attachment = file_of(with_files, "seite.html")
    files.path(attachment.sha256).unlink()
    response = browser.get(address("file", with_files, pk=attachment.pk))
    assert response.status_code == 404
    assert "+49 341 123456" in text_of(response)
