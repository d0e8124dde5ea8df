"""The receiver's door: how many may talk at once, and for how long they may say nothing."""

import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from anliegen.flow.channels.email import receive
from anliegen.flow.channels.email.door import Door
from anliegen.flow.channels.models import Intake

MAIL = b"From: kim@example.org\r\nSubject: Abschlag\r\n\r\nZu hoch.\r\n.\r\n"


@contextmanager
def receiver(*, most: int = 5, most_of_one: int = 5, silence: float = 30, one_command: float = 60) -> Iterator[int]:
    door = Door(most=most, most_of_one=most_of_one)
    conversations = receive.Conversations(door, silence=silence, one_command=one_command)
    with receive.listening("127.0.0.1", 0, conversations) as port:
        yield port


def call(port: int) -> tuple[socket.socket, bytes]:
    """A connection and the first line that it heard."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    return sock, sock.recv(200)


def greeting(port: int) -> bytes:
    sock, heard = call(port)
    sock.close()
    return heard[:3]


def test_one_too_many_is_told_to_come_back_and_those_inside_go_on() -> None:
    with receiver(most=2) as port, smtplib.SMTP("127.0.0.1", port) as first, smtplib.SMTP("127.0.0.1", port):
        late, heard = call(port)
        assert heard == b"421 4.7.0 Too many connections, please try again later\r\n"
        assert late.recv(1) == b""  # and the line is closed
        late.close()
        assert first.noop()[0] == 250


def test_who_left_makes_room() -> None:
    with receiver(most=1) as port:
        inside, heard = call(port)
        assert (heard[:3], greeting(port)) == (b"220", b"421")
        inside.close()
        assert eventually(lambda: greeting(port) == b"220")


def test_one_peer_cannot_take_all_the_places() -> None:
    door = Door(most=4, most_of_one=2)
    assert [door.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert [door.enter("192.0.2.2") for _ in range(3)] == [True, True, False]
    assert door.enter("192.0.2.3") is False  # nobody gets in beyond all places
    door.leave("192.0.2.1")
    assert [door.enter("192.0.2.2"), door.enter("192.0.2.3")] == [False, True]


def test_who_says_nothing_is_told_why_it_ends() -> None:
    with receiver(silence=0.3) as port:
        sock, _heard = call(port)
        assert sock.recv(200) == b"421 4.4.2 Nothing came for too long, closing\r\n"
        assert sock.recv(1) == b""
        sock.close()


def test_a_command_that_never_ends_is_ended() -> None:
    with receiver(silence=0.3, one_command=0.5) as port:
        sock, _heard = call(port)
        sock.settimeout(0.1)
        began, heard = time.monotonic(), b""
        while not heard and time.monotonic() - began < 10:
            sock.sendall(b"x")
            try:
                heard = sock.recv(200)
            except TimeoutError:
                continue
        assert heard == b"421 4.4.2 Nothing came for too long, closing\r\n"
        sock.close()


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_takes_longer_than_the_silence_arrives() -> None:
    with receiver(silence=0.5) as port, smtplib.SMTP("127.0.0.1", port, "mta") as smtp:
        smtp.helo()
        smtp.mail("kim@example.org")
        smtp.rcpt("service@musterstadt.example")
        assert smtp.docmd("DATA")[0] == 354
        for begin in range(0, len(MAIL), 12):
            assert smtp.sock is not None
            smtp.sock.sendall(MAIL[begin : begin + 12])
            time.sleep(0.2)
        assert smtp.getreply()[0] == 250
    assert Intake.objects.count() == 1


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
