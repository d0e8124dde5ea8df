"""A mail server that sends to the instance: what was not answered with 250 it keeps, and tries again."""

from __future__ import annotations

import smtplib
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage

from .instance import MAILBOX


@dataclass(frozen=True)
class Mail:
    """Bytes with the sender of the envelope."""

    sender: str
    raw: bytes


def composed(number: int, run: str) -> Mail:
    """A mail of its own person, so that nothing slows down its acknowledgement."""
    made = EmailMessage()
    sender = f"kundin-{run}-{number}@example.org"
    made["From"] = f"Kundin {number} <{sender}>"
    made["To"] = MAILBOX
    made["Subject"] = f"Abschlag {run} {number}"
    made["Message-ID"] = f"<{run}.{number}@mail.example.org>"
    made["Date"] = "Mon, 16 Nov 2026 10:00:00 +0100"
    made.set_content(
        f"Guten Tag,\n\nmein Abschlag Nummer {number} ist zu hoch. Bitte prüfen Sie ihn.\n\nKundin {number}\n"
    )
    return Mail(sender, made.as_bytes())


@dataclass
class Sender:
    """Sends side by side. `accepted` counts the answers 250 for each mail, `refused` all other answers and silences."""

    port: int
    mails: Sequence[Mail]
    side_by_side: int = 4
    patience: float = 90.0
    to: str = MAILBOX
    accepted: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._waiting = list(reversed(range(len(self.mails))))
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(self.side_by_side)]

    def start(self) -> Sender:
        self._until = time.monotonic() + self.patience
        for thread in self._threads:
            thread.start()
        return self

    def wait(self) -> Sender:
        for thread in self._threads:
            thread.join(self.patience + 30)
        missing = len(self.mails) - len(self.accepted)
        assert not missing, f"{missing} of {len(self.mails)} were never answered with 250: {self.refused}"
        return self

    def when(self, many: int, do: Callable[[], object]) -> None:
        """Do it as soon as so many are accepted."""
        while len(self.accepted) < many and time.monotonic() < self._until:
            time.sleep(0.005)
        do()

    def _send(self) -> None:
        session: smtplib.SMTP | None = None
        while (number := self._next()) is not None:
            while number not in self.accepted and time.monotonic() < self._until:
                try:
                    session = session or smtplib.SMTP("127.0.0.1", self.port, "mta.example.org", timeout=20)
                    session.sendmail(self.mails[number].sender, [self.to], self.mails[number].raw)
                except (OSError, smtplib.SMTPException) as problem:
                    with self._lock:
                        self.refused[_kind(problem)] += 1
                    if session is not None:
                        session.close()
                    session = None
                    time.sleep(0.3)
                else:
                    with self._lock:
                        self.accepted[number] += 1
        if session is not None:
            session.close()

    def _next(self) -> int | None:
        with self._lock:
            return self._waiting.pop() if self._waiting else None


def _kind(problem: Exception) -> str:
    code = getattr(problem, "smtp_code", None)
    return str(code) if code else type(problem).__name__
