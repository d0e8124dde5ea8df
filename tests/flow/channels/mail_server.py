"""A mail server that does what mail servers do on bad days. It counts a mail as its own at the moment of its 250."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from anliegen.flow.channels.mailroom import send


@dataclass
class Mood:
    """How it answers. A line of None hangs up instead of answering."""

    greeting: str | None = "220 mail.example.org"
    login: str = "235 2.7.0 welcome"
    sender: str = "250 2.1.0 fine"
    recipients: dict[str, str | None] = field(default_factory=dict)
    go_on: str | None = "354 go on"
    content: str | None = "250 2.0.0 taken"
    thinks_for_s: float = 0.0  # between the last byte and the answer
    hangs_up_after: int | None = None  # bytes of content


@dataclass(frozen=True)
class Got:
    """A mail it has said 250 to, or (`answered` False) has all of without having said so."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    answered: bool


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.mood, self.got, self.at_once, self.most_at_once = Mood(), list[Got](), 0, 0
        self.said: list[str] = []
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Talk)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    @property
    def mails(self) -> list[bytes]:
        """What it took, each as often as it took it."""
        return [one.raw for one in self.got if one.answered]

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """The other side breaking off is what several tests are about."""


@contextmanager
def in_use(settings: Any) -> Iterator[MailServer]:
    """One of these that our mails leave by, until the end of the block."""
    made = MailServer()
    settings.ANLIEGEN_SMTP_URL = made.url
    send.register_mail_server()
    yield made
    made.stop()


class _HungUp(Exception):
    pass


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        with self.server.lock:
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        try:
            self._talk()
        except _HungUp:
            pass
        finally:
            with self.server.lock:
                self.server.at_once -= 1

    def _talk(self) -> None:
        mood = self.server.mood
        self._say(mood.greeting)
        sender, to = "", list[str]()
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            self.server.said.append(line)
            word = line.upper()
            if word.startswith(("EHLO", "HELO")):
                self._say("250-mail.example.org\r\n250-AUTH PLAIN\r\n250 SIZE 100000000")
            elif word.startswith("AUTH"):
                self._say(mood.login)
            elif word.startswith("MAIL FROM"):
                sender, to = line[10:].strip().partition(" ")[0].strip("<>"), []
                self._say(mood.sender)
            elif word.startswith("RCPT TO"):
                address = line[8:].strip().partition(" ")[0].strip("<>")
                answer = mood.recipients.get(address, "250 2.1.5 fine")
                if answer is not None and answer.startswith("250"):
                    to.append(address)
                self._say(answer)
            elif word == "DATA":
                self._say(mood.go_on)
                if mood.go_on and mood.go_on.startswith("354"):
                    self._take(sender, to)
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _take(self, sender: str, to: list[str]) -> None:
        mood, lines, size = self.server.mood, list[bytes](), 0
        while (line := self.rfile.readline()) != b".\r\n":
            size += len(line)
            if not line or (mood.hangs_up_after is not None and size > mood.hangs_up_after):
                raise _HungUp
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        time.sleep(mood.thinks_for_s)
        answered = mood.content is not None
        if mood.content is None or mood.content.startswith("250"):
            self.server.got.append(Got(sender, tuple(to), b"".join(lines), answered))
        self._say(mood.content)

    def _say(self, answer: str | None) -> None:
        if answer is None:
            raise _HungUp
        self.wfile.write(f"{answer}\r\n".encode())
