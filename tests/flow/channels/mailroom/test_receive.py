"""The receiver: how many may talk at once, for how long they may say nothing, and that each byte is kept."""

import errno
import re
import smtplib
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import example, given
from hypothesis import strategies as some

from anliegen.flow.channels.mailroom import receive
from anliegen.flow.channels.mailroom.door import Door
from anliegen.flow.channels.models import Intake
from anliegen.ground import files

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


def say(port: int, *words: bytes) -> bytes:
    """Everything that is answered to this, said at once, up to the end of the conversation."""
    sock, heard = call(port)
    sock.settimeout(60)
    for each in words:
        sock.sendall(each)
    while more := sock.recv(65_536):
        heard += more
    sock.close()
    return heard


def told(heard: bytes) -> list[bytes]:
    return [line[:3] for line in heard.splitlines() if line[3:4] == b" "]


BEGIN = b"EHLO mta\r\nMAIL FROM:<kim@example.org>\r\nRCPT TO:<service@musterstadt.example>\r\n"


@pytest.mark.django_db(transaction=True)
def test_a_mail_of_any_size_is_kept_byte_for_byte() -> None:
    large = b"".join(b"%d " % at + b"x" * (at % 2_000) + b"\r\n" for at in range(5_000))
    one_line = b"Subject: lang\r\n\r\n" + b"y" * 3_000_000 + b"\r\n"
    odd = b"Subject: einsam\r\n\r\neins\rzwei\ndrei\n.\nvier\x00\xff\r\n"
    with receiver() as port:
        for raw in (MAIL, large, one_line, odd, b"\r\n", b"", large):
            said = re.sub(rb"(\A|\r\n)\.", rb"\1..", raw)
            assert told(say(port, BEGIN + b"DATA\r\n", said + b".\r\n", b"QUIT\r\n")) == [
                b"220", b"250", b"250", b"250", b"354", b"250", b"221"
            ]  # fmt: skip
    assert stored() == [MAIL, large, one_line, odd, b"\r\n", b"", large]
    assert [line.size for line in Intake.objects.order_by("pk")] == [len(raw) for raw in stored()]
    assert unfinished() == []


@pytest.mark.django_db(transaction=True)
def test_two_mails_said_in_one_breath_are_two() -> None:
    large = b"Subject: gross\r\n\r\n" + b"z" * 500_000 + b"\r\n"
    again = BEGIN.partition(b"\r\n")[2]
    with receiver() as port:
        heard = say(port, BEGIN + b"DATA\r\n" + large + b".\r\n" + again + b"DATA\r\n" + MAIL + b"QUIT\r\n")
    assert told(heard) == [b"220", *[b"250"] * 3, b"354", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert stored() == [large, MAIL[:-3]]


@pytest.mark.django_db(transaction=True)
def test_over_lmtp_each_recipient_is_answered_whatever_became_of_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "LARGEST", 300_000)
    begin = BEGIN.replace(b"EHLO", b"LHLO") + b"RCPT TO:<zwei@musterstadt.example>\r\nDATA\r\n"
    with receiver() as port:
        assert told(say(port, begin, MAIL[:-3] + b".\r\nQUIT\r\n"))[-3:] == [b"250", b"250", b"221"]
        large = b"x" * 300_001 + b"\r\n.\r\nQUIT\r\n"
        assert told(say(port, begin, large))[-3:] == [b"552", b"552", b"221"]
    assert Intake.objects.count() == 1
    assert unfinished() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["write", "keep"])
def test_what_the_disk_refuses_stays_with_the_sender(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(files.Arriving, step, full)
    with receiver() as port:
        heard = say(port, BEGIN + b"DATA\r\n", b"x" * 1_000_000 + b"\r\n.\r\n", b"NOOP\r\nQUIT\r\n")
    assert heard.splitlines()[-3:] == [receive.TRY_AGAIN.encode(), b"250 OK", b"221 Bye"]
    assert (Intake.objects.count(), unfinished()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_a_mail_whose_sender_went_away() -> None:
    with receiver() as port:
        sock, _heard = call(port)
        sock.sendall(BEGIN + b"DATA\r\n" + b"x" * 1_000_000)
        assert eventually(lambda: unfinished() != [])
        sock.close()
        assert eventually(lambda: unfinished() == [])
    assert Intake.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_twenty_large_mails_at_once_need_little_memory() -> None:
    """Ten megabytes each over twenty connections: what the interpreter keeps of them is measured, not the process."""
    raw = b"Subject: gross\r\n\r\n" + (b"A" * 76 + b"\r\n") * 128_000
    tracemalloc.start()
    try:
        with receiver(most=20, most_of_one=20) as port, ThreadPoolExecutor(20) as senders:
            said = memoryview(raw + b".\r\nQUIT\r\n")
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            heard = list(senders.map(lambda _at: say(port, BEGIN + b"DATA\r\n", said), range(20)))
            peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert [told(each)[-2:] for each in heard] == [[b"250", b"221"]] * 20
    assert peak < 40_000_000


def stored() -> list[bytes]:
    return [files.get(line.sha256) for line in Intake.objects.order_by("pk")]


def unfinished() -> list[Path]:
    return list((files.data_path() / "files").rglob(f"{files.UNFINISHED}*"))


ADDRESSES = some.from_regex(
    r"<[a-zA-Z.+@<>\"() =\\-]{0,14}@[a-z.()-]{0,8}>( ?[A-Z(=]{0,6}=?[0-9]{0,4}){0,2}", fullmatch=True
)


@given(ADDRESSES | some.text(max_size=30))
@example("<kim.berger@example.org> SIZE=2000 BODY=8BITMIME")
@example("<kim.berger@example.org>SIZE=2000")
@example("<kim.berger@example.org> (a comment) SIZE=2000")
@example("<>")
@example("<kim..berger@example.org>")
@example("<kim@example.org>  SIZE=2000")
def test_a_plain_address_is_read_as_the_library_reads_it(said: str) -> None:
    class Theirs(SMTP):
        def __init__(self) -> None: ...

    class Ours(receive.Conversation):
        def __init__(self) -> None: ...

    assert outcome(Ours(), said) == outcome(Theirs(), said)


def outcome(conversation: SMTP, said: str) -> object:
    try:
        return conversation._getaddr(said)
    except Exception as error:  # the library stumbles over some; what it says to the sender is its own
        return type(error)
