"""kill -9 while answers leave by SMTP: each message is at the mail server once, or waits for a person to decide."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.channels.mail_server import MailServer

from .accounts import settle
from .instance import Instance, until
from .sender import Sender, composed
from .test_kills import worker_was_killed

MAILS = 120
KILLED_AT = (10, 40, 70, 100)  # mails that the server has


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer()
    made.mood.thinks_for_s = 0.02  # so that some are under way at any moment
    yield made
    made.stop()


@pytest.fixture
def sending(server: MailServer) -> Iterator[Instance]:
    """An instance of its own, whose mails leave."""
    place = Path(tempfile.mkdtemp(prefix="anliegen-kill-"))
    try:
        with Instance(place, ANLIEGEN_SMTP_URL=server.url) as instance:
            yield instance.set_up().start()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def test_the_worker_killed_again_and_again_while_mails_leave_doubles_none(
    sending: Instance, server: MailServer
) -> None:
    sender = Sender(sending.smtp_port, [composed(number, "leaving") for number in range(MAILS)]).start()
    for many in KILLED_AT:
        until(lambda many=many: len(server.got) >= many, 90, f"{many} mails at the server")
        until(lambda: worker_was_killed(sending), 20, "a worker to kill")
    sender.wait()
    settle(sending, 150)
    question = "SELECT rfc_message_id, state FROM tickets_message WHERE direction = 'out' AND channel = 'email'"
    states = {message_id.strip("<>"): state for message_id, state in sending.ask(question)}
    left = Counter(_message_id(one.raw) for one in server.got)  # those whose answer was cut off among them
    told = Counter(states.values())
    print(f"{told}; {len(left)} of {len(states)} at the server")
    assert len(states) == MAILS
    assert set(told) <= {"sent", "maybe_sent"}
    assert {one: left[one] for one, state in states.items() if state == "sent"} == dict.fromkeys(
        [one for one, state in states.items() if state == "sent"], 1
    )
    assert [one for one, times in left.items() if times > 1 or one not in states] == []
    # No more in doubt than were at the server side by side at the kills.
    assert told["maybe_sent"] <= len(KILLED_AT) * server.most_at_once


def _message_id(raw: bytes) -> str:
    found = re.search(rb"(?im)^message-id:\s*<?([^>\s]+)", raw)
    assert found
    return found[1].decode()
