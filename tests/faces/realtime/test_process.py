"""The stream in the web process as it is run, with the pages of Django beside it on the same port."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket


class Web:
    """`anliegen web` on a free port, on the database of the tests."""

    def __init__(self, browser) -> None:
        self.browser = browser
        there = connection.settings_dict
        login = f"{quote(there['USER'])}:{quote(there['PASSWORD'])}@" if there["USER"] else ""
        place = {name: there[name.upper()] for name in ("host", "port") if there[name.upper()]}
        url = f"postgresql://{login}/{there['NAME']}?{urlencode(place)}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "anliegen", "web", "--port", str(browser.port)],
            env=os.environ | {"DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        until = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < until
            try:
                if self.browser.get("/healthz")[0].status == 200:
                    return
            except OSError:
                time.sleep(0.1)


@pytest.fixture
def web(transactional_db: None, browser) -> Iterator[Web]:
    made = Web(browser)
    made.wait_until_ready()
    yield made
    browser.close_pages()
    made.process.kill()
    made.process.wait()


def test_pages_and_stream_share_a_port_and_stop_at_once(
    web: Web,
    browser,
    mira: Agent,
    ticket: Ticket,
    logged_in: Callable[[Agent], str],
    seal: Callable[[], int],
    now: datetime,
):
    seal()
    cookie = logged_in(mira)
    pages = [browser.open(cookie=cookie) for _number in range(3)]
    assert browser.get("/workspace/", cookie=cookie)[0].status == 200
    assert b"anliegen_stream_connections 3.0" in browser.get("/metrics")[0].read()
    actions.write_note(ticket, text="Notiz", actor=Actor.agent(mira.pk), at=now)
    seal()
    assert {page.next().data["ticket"] for page in pages} == {ticket.pk}
    web.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    for page in pages:
        with pytest.raises(EOFError):
            page.next(within=4)
    _out, errors = web.process.communicate(timeout=10)
    assert time.monotonic() - began < 4
    assert "Cancel" not in errors
    assert "Traceback" not in errors


def test_a_program_writes_through_the_same_port(web: Web, browser, mira: Agent, ticket: Ticket, now: datetime):
    secret = accounts.create_token(mira, scopes=["write"], actor=SYSTEM, at=now)[1]
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    path, body = f"/api/v1/tickets/{ticket.pk}/messages", json.dumps({"text": "Über HTTP", "kind": "note"})
    for content, status in ((body.encode(), 201), (iter([body.encode()]), 411)):
        connection = HTTPConnection("127.0.0.1", browser.port, timeout=10)
        connection.request("POST", path, content, headers)
        assert connection.getresponse().status == status
        connection.close()
    assert ticket.notes.get().text == "Über HTTP"
