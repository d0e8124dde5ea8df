"""Mails of the usual size for the measurements."""

from email.message import EmailMessage
from email.utils import format_datetime
from random import Random

from anliegen.ground import clock
from anliegen.oversight.measurement import words
from anliegen.records.accounts.queries import default_brand

SIZE = 3000  # bytes of one mail


def made(count: int, *, seed: int) -> list[bytes]:
    chance = Random(seed)  # noqa: S311  # made-up words need no secrecy
    """So many mails to the operator, from 300 senders; the same seed gives the same ones, of this moment."""
    return [_mail(chance, seed, number) for number in range(count)]


def _mail(chance: Random, seed: int, number: int) -> bytes:
    sender = words.name(chance)
    mail = EmailMessage()
    mail["From"] = f"{sender} <kunde{number % 300}.{seed}@bench.example>"
    mail["To"] = default_brand().email
    mail["Subject"] = words.subject(chance)
    mail["Message-ID"] = f"<bench.{seed}.{number}.{chance.getrandbits(64):x}@bench.example>"
    mail["Date"] = format_datetime(clock.now())  # an old one would not count for the brakes
    text = words.text(chance)
    while len(text.encode()) < SIZE * 0.72:  # quoted-printable umlauts and headers make up the rest
        text += "\n\n" + words.text(chance)
    mail.set_content(text)
    return mail.as_bytes()
