"""Customers' mails as their bytes came in, and the mail that nobody waits for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from anliegen.oversight.portability.demo import timing, wording
from anliegen.oversight.portability.demo.cast import Player
from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.scenes import table
from anliegen.oversight.portability.demo.shapes import File, Stray, Ticket, Turn

LEDGER_REACHES = timedelta(days=21)  # older lines of the ledger would show nothing new and cost time
_AUTOMATIC = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))


def raw(
    *,
    sender: tuple[str, str],
    to: str,
    subject: str,
    text: str,
    at: datetime,
    message_id: str,
    references: Sequence[str] = (),
    files: Sequence[File] = (),
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A mail as a mail server hands it over; ids without their angle brackets."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=sender[0], addr_spec=sender[1])
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at.astimezone(timing.ZONE))
    mail["Message-ID"] = f"<{message_id}>"
    if references:
        mail["In-Reply-To"] = f"<{references[-1]}>"
        mail["References"] = " ".join(f"<{one}>" for one in references)
    for name, value in headers:
        mail[name] = value
    mail.set_content(text)
    for file in files:
        main, _slash, kind = file.content_type.partition("/")
        mail.add_attachment(file.content, maintype=main, subtype=kind, filename=file.filename)
    return mail.as_bytes()


def strays(tickets: Sequence[Ticket], players: Sequence[Player], seed: int, now: datetime) -> tuple[Stray, ...]:
    """Absence notes of business customers after our answers, and confirmations of programs, all of the last weeks."""
    chance = chance_of(f"{seed}/strays")
    by_key = {player.person.key: player for player in players}
    answered = [
        (ticket, turn)
        for ticket in tickets
        for turn in ticket.turns
        if turn.kind == "reply" and turn.channel == "email" and by_key[ticket.person].firm and _lately(turn, now)
    ]
    notes = [
        _away(ticket, turn, by_key[ticket.person], raw_note)
        for raw_note, (ticket, turn) in zip(
            table("strays.toml")["away"], chance.sample(answered, min(3, len(answered))), strict=False
        )
    ]
    confirmations = [
        Stray(
            at=now - timedelta(days=chance.uniform(1, 18)),
            sender=(one["name"], one["address"]),
            to="service@stadtwerke-lindenau.example",
            subject=one["subject"],
            text=one["text"].strip(),
            headers=_AUTOMATIC,
        )
        for one in table("strays.toml")["confirmation"]
    ]
    return (*notes, *confirmations)


def delivered_twice(tickets: Sequence[Ticket], seed: int, now: datetime) -> tuple[str, ...]:
    """Two concerns whose first mail the sender's server delivered a second time."""
    mailed = [one.key for one in tickets if one.channel == "email" and _lately(one.turns[0], now)]
    return tuple(chance_of(f"{seed}/twice").sample(mailed, min(2, len(mailed))))


def _lately(turn: Turn, now: datetime) -> bool:
    return now - LEDGER_REACHES < turn.at < now - timedelta(hours=1)


def _away(ticket: Ticket, turn: Turn, player: Player, note: dict[str, str]) -> Stray:
    at = turn.at + timedelta(seconds=95)
    known = {"name": player.person.name, "org": player.firm}
    today = timing.local_day(at)

    def look(name: str) -> object:
        return known[name] if name in known else timing.workday_after(today, int(name.removeprefix("w+")))

    return Stray(
        at=at,
        sender=(player.person.name, player.person.email),
        to=ticket.mailbox or "service@stadtwerke-lindenau.example",
        subject=note["subject"],
        text=wording.fill(note["text"].strip(), look),
        headers=_AUTOMATIC,
        answers=ticket.key,
    )
