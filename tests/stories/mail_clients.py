"""Mail programs, each answering in its own way: what they keep of the headers, and how they quote."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import getaddresses


@dataclass(frozen=True)
class Written:
    """An answer as bytes, and the address of its envelope."""

    raw: bytes
    to: str


@dataclass(frozen=True)
class Reading:
    """A mail of ours as its reader has it before them."""

    mail: EmailMessage
    reader: str  # address
    words: str
    number: int

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])

    @property
    def references(self) -> str:
        return f"{self.mail['References'] or ''} {self.message_id}".strip()

    @property
    def sender(self) -> str:
        return getaddresses([str(self.mail["From"])])[0][1]

    @property
    def reply_to(self) -> str:
        return getaddresses([str(self.mail["Reply-To"] or self.mail["From"])])[0][1]

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""

    @property
    def page(self) -> str:
        body = self.mail.get_body(("html",))
        return str(body.get_content()) if body is not None else ""


Client = Callable[[Reading], Written]


def outlook(on: Reading) -> Written:
    """Windows: `AW:`, a block of headers above the whole mail, Thread-Index beside the usual headers."""
    block = f"Von: Stadtwerke <{on.sender}>\nGesendet: Montag, 16. November 2026 10:00\nAn: {on.reader}\nBetreff: x\n\n"
    mail = _mail(on, "AW: ", f"{on.words}\n\n{'_' * 32}\n{block}{on.text}", In_Reply_To=on.message_id)
    mail["References"] = on.references
    mail["Thread-Index"], mail["Thread-Topic"] = "AdsQ5tS0kO2J8h9yTTGb0s1kq1o0vQ==", str(on.mail["Subject"])
    mail["X-MS-Exchange-Organization-SCL"] = "-1"
    return _to(mail, on.reply_to)


def outlook_without_references(on: Reading) -> Written:
    """Some Exchange servers keep In-Reply-To alone."""
    mail = _mail(on, "AW: ", f"{on.words}\n\n-----Ursprüngliche Nachricht-----\n{on.text}", In_Reply_To=on.message_id)
    mail["Thread-Index"] = "AdsQ5tS0kO2J8h9yTTGb0s1kq1o0vQ=="
    return _to(mail, on.reply_to)


def gmail(on: Reading) -> Written:
    words = f"{on.words}\n\nAm Mo., 16. Nov. 2026 um 10:00 Uhr schrieb Stadtwerke <{on.sender}>:\n{_quoted(on.text)}"
    mail = _mail(on, "Re: ", words, In_Reply_To=on.message_id, References=on.references)
    quote = f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">Am Mo.</div><blockquote>{on.page}</blockquote>'
    mail.add_alternative(f'<div dir="ltr">{html.escape(on.words)}</div><br>{quote}</div>', subtype="html")
    return _to(mail, on.reply_to)


def apple_mail(on: Reading) -> Written:
    words = f"{on.words}\n\n> Am 16.11.2026 um 10:00 schrieb Stadtwerke <{on.sender}>:\n> \n{_quoted(on.text)}"
    mail = _mail(on, "Re: ", words, In_Reply_To=on.message_id, References=on.references)
    mail["X-Mailer"] = "Apple Mail (2.3774.600.62)"
    return _to(mail, on.reply_to)


def ios(on: Reading) -> Written:
    words = (
        f"{on.words}\n\nVon meinem iPhone gesendet\n\n> Am 16.11.2026 um 10:00 schrieb {on.sender}:\n{_quoted(on.text)}"
    )
    mail = _mail(on, "Re: ", words, In_Reply_To=on.message_id, References=on.references)
    return _to(mail, on.reply_to)


def thunderbird(on: Reading) -> Written:
    """Answers below the quote."""
    words = f"Am 16.11.26 um 10:00 schrieb Stadtwerke:\n{_quoted(on.text)}\n\n{on.words}\n"
    mail = _mail(on, "Re: ", words, References=on.references, In_Reply_To=on.message_id)
    mail["User-Agent"] = "Mozilla Thunderbird"
    return _to(mail, on.reply_to)


def thunderbird_with_references_alone(on: Reading) -> Written:
    mail = _mail(on, "Re: ", f"{on.words}\n\n{_quoted(on.text)}", References=on.references)
    return _to(mail, on.reply_to)


def gmx(on: Reading) -> Written:
    """The web mailer: `Aw:`, and references cut to the last one."""
    block = f"Gesendet: Montag, 16. November 2026 um 10:00 Uhr\nVon: Stadtwerke <{on.sender}>\nAn: {on.reader}\n"
    mail = _mail(on, "Aw: ", f"{on.words}\n\n{block}{on.text}", In_Reply_To=on.message_id, References=on.message_id)
    return _to(mail, on.reply_to)


def old_client_with_words_in_in_reply_to(on: Reading) -> Written:
    """RFC 822 allowed a phrase beside the identifier."""
    mail = _mail(on, "Re: ", on.words, In_Reply_To=f'Your message of "Mon, 16 Nov 2026 10:00:00 +0100" {on.message_id}')
    return _to(mail, on.reply_to)


def phone_that_keeps_only_the_address(on: Reading) -> Written:
    """No header of threading at all; the answer goes to Reply-To, with a subject of its own."""
    mail = _mail(on, "", on.words)
    del mail["Subject"]
    mail["Subject"] = "Meine Antwort"
    return _to(mail, on.reply_to)


def gateway_that_writes_addresses_in_capitals(on: Reading) -> Written:
    mail = _mail(on, "Re: ", on.words)
    del mail["Subject"]
    return _to(mail, on.reply_to.upper())


def web_mailer_that_keeps_only_the_subject(on: Reading) -> Written:
    """Answers to From, with no header of threading: only the number in the subject is left."""
    return _to(_mail(on, "Antwort: ", f"{on.words}\n\n{on.text}"), on.sender)


def written_anew_with_the_number(on: Reading) -> Written:
    mail = _mail(on, "", on.words)
    del mail["Subject"]
    mail["Subject"] = f"Zu Vorgang {on.number}: noch eine Frage"
    return _to(mail, on.sender)


CLIENTS: tuple[Client, ...] = (
    outlook,
    gmail,
    apple_mail,
    thunderbird,
    gmx,
    ios,
    outlook_without_references,
    thunderbird_with_references_alone,
    old_client_with_words_in_in_reply_to,
    phone_that_keeps_only_the_address,
    gateway_that_writes_addresses_in_capitals,
    web_mailer_that_keeps_only_the_subject,
    written_anew_with_the_number,
)


def _mail(on: Reading, prefix: str, words: str, **headers: str) -> EmailMessage:
    mail = EmailMessage(policy=default)
    mail["From"] = f"Kundin <{on.reader}>"
    mail["Date"] = "Mon, 16 Nov 2026 11:00:00 +0100"
    subject = str(on.mail["Subject"])
    mail["Subject"] = subject if subject.lower().startswith(prefix.lower()) else f"{prefix}{subject}"
    mail["Message-ID"] = f"<{abs(hash((on.message_id, on.words, prefix)))}@{on.reader.partition('@')[2]}>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(words)
    return mail


def _to(mail: EmailMessage, address: str) -> Written:
    mail["To"] = address
    return Written(mail.as_bytes(policy=SMTP), address)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))
