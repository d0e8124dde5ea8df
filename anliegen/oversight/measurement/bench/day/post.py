"""The customers of the day: mails over SMTP all the time, new concerns and further words to what they wrote before."""

import asyncio
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random

from anliegen.ground import clock
from anliegen.oversight.measurement import words
from anliegen.oversight.measurement.bench import sender

AGAIN = 0.3  # so many mails go on with an earlier one


@dataclass
class Post:
    """What was sent and taken: each mail by its Message-ID."""

    to: str
    chance: Random
    sent: list[tuple[str, str]] = field(default_factory=list)  # Message-ID, sender
    is_over: bool = False

    async def send(self, port: int, *, every_s: float) -> None:
        """One mail after the other, at irregular distances, until the day is over."""
        while not self.is_over:
            raw, key, who = self._mail(len(self.sent))
            await sender.send(port, [raw])  # raises when it is not taken
            self.sent.append((key, who))
            await asyncio.sleep(self.chance.expovariate(1 / every_s))

    def _mail(self, number: int) -> tuple[bytes, str, str]:
        key, who = f"<day.{number}.{self.chance.getrandbits(64):x}@bench.example>", words.name(self.chance)
        mail, address = EmailMessage(), f"kundin{number}@bench.example"
        subject = words.subject(self.chance)
        if self.sent and self.chance.random() < AGAIN:
            earlier, address = self.chance.choice(self.sent[-50:])
            mail["In-Reply-To"], mail["References"] = earlier, earlier
            subject = f"Re: {subject}"
        mail["From"], mail["To"], mail["Subject"] = f"{who} <{address}>", self.to, subject
        mail["Message-ID"], mail["Date"] = key, format_datetime(clock.now())
        mail.set_content(f"{words.text(self.chance)}\n")
        return mail.as_bytes(), key, address
