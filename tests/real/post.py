"""The mail system around us: Debian's Postfix and Dovecot, and Kim who reads her mail there."""

import email
import email.policy
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from anliegen.flow.channels.mailroom import intake
from anliegen.flow.channels.models import Intake
from tests.flow.channels.mail_server import MailServer
from tests.real import servers
from tests.real.servers import until


@dataclass
class Post:
    """The mail system around us."""

    place: Path
    smtp: int
    imap: int
    elsewhere: MailServer

    def posts(self, raw: bytes, *, to: str = "service@musterstadt.example") -> None:
        """Kim's mail program hands a mail to her server."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as session:
            session.sendmail("kim@example.org", [to], raw)

    def has(self) -> list[EmailMessage]:
        """What lies in Kim's inbox, read over IMAP."""
        with servers.inbox(self.imap) as box:
            numbers = box.search(None, "ALL")[1][0].split()
            found = [box.fetch(number, "(RFC822)")[1][0][1] for number in numbers]  # type: ignore[index]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]  # type: ignore[misc,arg-type]

    def waits_for(self, many: int) -> None:
        """Until so many mails lie in Kim's inbox."""

        def are_there() -> bool:
            with servers.inbox(self.imap) as box:
                return len(box.search(None, "ALL")[1][0].split()) >= many

        until(are_there, 60, f"{many} mails in the inbox")

    def gets(self, message_ids: list[str]) -> list[EmailMessage]:
        """The mails of these Message-IDs, found by Dovecot and read over IMAP, in this order."""
        with servers.inbox(self.imap) as box:
            numbers = [box.search(None, "HEADER", "Message-ID", each)[1][0].split() for each in message_ids]
            assert [len(each) for each in numbers] == [1] * len(message_ids)
            found = [box.fetch(each[0], "(RFC822)")[1][0][1] for each in numbers]  # type: ignore[index]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]  # type: ignore[misc,arg-type]

    def threads(self) -> str:
        """How Dovecot threads the inbox by RFC 5256, REFERENCES, as mail programs ask it to."""
        with servers.inbox(self.imap) as box:
            return box.thread("REFERENCES", "UTF-8", "ALL")[1][0].decode()

    def keeps(self, raw: bytes) -> None:
        """A mail program keeps what it sent."""
        with servers.inbox(self.imap) as box:
            box.append("INBOX", "", "", raw)


def comes_in(many: int) -> Intake:
    """Wait until so many mails have come from Postfix, and take them in; the line of the newest."""
    until(lambda: Intake.objects.count() >= many, 30, f"{many} mails")
    intake.take_in_all()
    return Intake.objects.latest("pk")
