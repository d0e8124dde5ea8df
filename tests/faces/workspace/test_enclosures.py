"""What came along with a mail, as agents see it: seals, appointments, mails in mails, and the mail's own look."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from anliegen.faces.workspace.tickets import enclosures
from anliegen.flow.channels import mail_keys
from anliegen.flow.channels.models import MailKey
from anliegen.ground.files import data_path
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox, Team
from anliegen.records.tickets import indexing
from anliegen.records.tickets.enclosed import Appointment, Guest, Seal
from anliegen.records.tickets.models import Message, SearchRow, Ticket
from tests.flow.channels.email.sealed.mails import TEXT, packed, signed_mail
from tests.flow.channels.email.sealed.people import AUTHORITY, READER, encrypted, signature_beside
from tests.stories.mails import take

pytestmark = pytest.mark.django_db
FROM_ERIKA = (
    b"From: Erika <erika@example.de>\r\nTo: service@musterstadt.example\r\nMessage-ID: <e1@example.de>\r\n"
    b"Subject: Vertrag\r\n"
)
CALENDAR = b"""BEGIN:VCALENDAR\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
SUMMARY:Ortstermin\r
DTSTART;TZID=America/New_York:20260701T100000\r
DTEND;TZID=America/New_York:20260701T110000\r
LOCATION:Rathaus\r
ATTENDEE;CN=Hans;PARTSTAT=ACCEPTED:mailto:hans@example.de\r
END:VEVENT\r
END:VCALENDAR\r
"""


def came(raw: bytes) -> Message:
    message = take(raw, sender="erika@example.de").message
    assert message is not None
    return message


@pytest.fixture
def janas_page(janas: Client, mailbox: Mailbox) -> Callable[[Message], str]:
    return lambda message: janas.get(f"/workspace/tickets/{message.ticket_id}/").content.decode()


def test_an_invitation_is_a_card_in_our_time_and_theirs(janas_page: Callable[[Message], str]) -> None:
    shown = janas_page(came(FROM_ERIKA + b"Content-Type: text/calendar; method=REQUEST\r\n\r\n" + CALENDAR))
    for words in (
        "Einladung zu einem Termin",
        "Ortstermin",
        "Mittwoch, 1. Juli 2026, 16:00–17:00",
        "Mittwoch, 1. Juli 2026, 10:00–11:00 (America/New_York)",
        "Rathaus",
        "Hans (zugesagt)",
    ):
        assert words in shown


def test_a_signature_is_told_in_words_and_its_file_is_not_shown(
    janas_page: Callable[[Message], str], mailbox: Mailbox, now: datetime
) -> None:
    raw = signed_mail(TEXT, signature_beside(TEXT), "application/pkcs7-signature").replace(b"service@lindenau", b"x@l")
    shown = janas_page(came(raw))
    assert "Für diesen Namen bürgt niemand, dem wir vertrauen (ausgestellt von: Vertrauensstelle)" in shown
    assert "smime.p7s" not in shown
    mail_keys.import_keys(AUTHORITY.pem, actor=SYSTEM, at=now)
    assert "unverändert, und es ist der Absender" in janas_page(came(raw.replace(b"<s1@", b"<s2@")))


def test_an_encrypted_mail_says_why_it_is_closed_and_opens_when_its_key_has_come(
    janas: Client, janas_page: Callable[[Message], str], admin: Agent, now: datetime
) -> None:
    message = came(FROM_ERIKA + packed(encrypted(TEXT)))
    shown = janas_page(message)
    assert "Verschlüsselt und hier nicht lesbar" in shown
    assert "den noch niemand importiert hat" in shown
    still = janas.post(f"/workspace/messages/{message.pk}/open/", follow=True).content.decode()
    assert "Sie öffnet sich noch immer nicht" in still
    mail_keys.import_keys(READER.private_pem + READER.pem, actor=SYSTEM, at=now)
    indexing.of_message(message).save()
    opened = janas.post(f"/workspace/messages/{message.pk}/open/", follow=True).content.decode()
    assert "Ich kündige." in opened
    assert "Kam verschlüsselt und wurde mit unserem Schlüssel geöffnet" in opened
    assert "smime.p7m" not in opened
    event = Event.objects.get(verb="message.opened")
    assert (event.subject, event.actor, event.data) == (
        f"ticket:{message.ticket_id}",
        f"agent:{admin.pk}",
        {"message": f"message:{message.pk}"},
    )
    assert not SearchRow.objects.filter(message=message).exists()


def test_another_teams_closed_mail_does_not_exist(toms: Client, mailbox: Mailbox, billing: Team) -> None:
    message = came(FROM_ERIKA + packed(encrypted(TEXT)))
    Ticket.objects.filter(pk=message.ticket_id).update(team=billing)
    assert toms.post(f"/workspace/messages/{message.pk}/open/").status_code == 404


INNER = (
    b"From: Hans <hans@example.de>\r\nSubject: Innen\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
    b"--i\r\n\r\nDas ist alt.\r\n--i\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nabc\r\n--i--\r\n"
)
FORWARDED = (
    FROM_ERIKA
    + b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nSiehe unten.\r\n"
    + b"--o\r\nContent-Type: message/rfc822\r\n\r\n"
    + INNER
    + b"--o--\r\n"
)


def test_a_mail_in_the_mail_is_read_in_its_place(janas: Client, toms: Client, mailbox: Mailbox, billing: Team) -> None:
    message = came(FORWARDED)
    Ticket.objects.filter(pk=message.ticket_id).update(team=billing)
    file = message.attachments.get()
    assert (
        "Enthaltene E-Mail lesen: Innen.eml" in janas.get(f"/workspace/tickets/{message.ticket_id}/").content.decode()
    )
    inner = janas.get(f"/workspace/attachments/{file.pk}/mail/").content.decode()
    for words in ("Hans &lt;hans@example.de&gt;", "Innen", "Das ist alt.", "a.txt"):
        assert words in inner
    part = janas.get(f"/workspace/attachments/{file.pk}/mail/0/")
    assert (part.content, part.headers["Content-Type"]) == (b"abc", "application/octet-stream")
    assert "sandbox" in part.headers["Content-Security-Policy"]
    assert janas.get(f"/workspace/attachments/{file.pk}/mail/1/").status_code == 404
    for address in (f"/workspace/attachments/{file.pk}/mail/", f"/workspace/attachments/{file.pk}/mail/0/"):
        assert toms.get(address).status_code == 404


def test_the_look_is_the_mails_own_in_a_frame_that_does_nothing(janas: Client, mailbox: Mailbox) -> None:
    page = (
        b"<style>p.gross { font-size: 30px; position: fixed }</style>"
        b"<p class=gross style='color: #c00; background: url(https://x.example/b.png)'>Hallo</p>"
        b"<script>alert(1)</script><img src=https://x.example/a.png>"
    )
    message = came(FROM_ERIKA + b"Content-Type: text/html\r\n\r\n" + page)
    response = janas.get(f"/workspace/messages/{message.pk}/look/")
    shown = response.content.decode()
    assert "p.gross { font-size: 30px }" in shown
    assert '<p class="gross" style="color: #c00">Hallo</p>' in shown
    assert not any(bad in shown for bad in ("alert(1)", "position: fixed", "url(", ' src="https:'))
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert f'src="/workspace/messages/{message.pk}/look/"' in (
        janas.get(f"/workspace/tickets/{message.ticket_id}/").content.decode()
    )


def test_pictures_of_others_never_load_where_the_mail_came_encrypted(
    janas: Client, mailbox: Mailbox, now: datetime
) -> None:
    mail_keys.import_keys(READER.private_pem + READER.pem, actor=SYSTEM, at=now)
    inside = b"Content-Type: text/html\r\n\r\n<p>geheim</p><img src=https://x.example/a.png>"
    message = came(FROM_ERIKA + packed(encrypted(inside)))
    asked = janas.get(f"/workspace/messages/{message.pk}/look/?pictures=1")
    assert "geheim" in asked.content.decode()
    assert ' src="https:' not in asked.content.decode()
    assert "https:" not in asked.headers["Content-Security-Policy"]
    assert "Bilder laden" not in janas.get(f"/workspace/tickets/{message.ticket_id}/").content.decode()


def test_a_private_key_lies_nowhere_in_clear(operator: object, now: datetime) -> None:
    mail_keys.import_keys(READER.private_pem + READER.pem, actor=SYSTEM, at=now)
    row = MailKey.objects.get()
    secret = READER.private_pem.splitlines()[3]
    assert secret not in bytes(row.private or b"") + bytes(row.public)
    assert not any(secret in file.read_bytes() for file in Path(data_path()).glob("keys/*"))
    assert secret.decode() not in "".join(str(event.data) for event in Event.objects.all())
    assert mail_keys.load().own_smime[0].private == READER.private_pem


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            Appointment("cancel", is_cancelled=True, starts="2026-07-01"),
            ("Termin abgesagt", "Mittwoch, 1. Juli 2026, ganztägig"),
        ),
        (
            Appointment("publish", starts="2026-07-01", ends="2026-07-03"),
            ("Termin", "Mittwoch, 1. Juli 2026 – Freitag, 3. Juli 2026"),
        ),
        (
            Appointment(
                "reply", answer="declined", starts="2026-07-01T22:30:00+00:00", ends="2026-07-02T01:00:00+00:00"
            ),
            ("Antwort auf eine Einladung: abgesagt", "Donnerstag, 2. Juli 2026, 00:30–03:00"),
        ),
        (Appointment("request"), ("Einladung zu einem Termin", "keine Zeit, die lesbar wäre")),
        (Appointment("request", starts="gestern T"), ("Einladung zu einem Termin", "keine Zeit, die lesbar wäre")),
    ],
)
def test_an_appointment_in_words(given: Appointment, words: tuple[str, str]) -> None:
    with translation.override("de"):
        card = enclosures.Card(given)
        assert (card.title, card.when) == words


def test_what_repeats_and_who_comes_in_words() -> None:
    with translation.override("de"):
        card = enclosures.Card(
            Appointment(
                "request", repeats="weekly", every=2, until="2026-12-31", guests=(Guest("", "a@x.de"),), more_guests=3
            )
        )
        assert card.repeats == "alle 2 Wochen, bis Donnerstag, 31. Dezember 2026"
        assert card.guests == ["a@x.de", "3 weitere Personen"]


@pytest.mark.parametrize(
    ("seal", "tones"),
    [
        (None, []),
        (Seal("smime", "pass", "E"), [""]),
        (Seal("smime", "pass", "E", encryption="opened"), ["", ""]),
        (Seal("smime", "fail", "E", encryption="opened", because=("changed",)), ["broken", ""]),
        (Seal("pgp", "intact", "E", covers_all=False, because=("part-only",)), ["waiting"]),
        (Seal("pgp", encryption="closed", because=("unknown",)), ["waiting"]),
        (Seal("pgp", "unchecked", because=("unknown-signer",)), [""]),
    ],
)
def test_what_is_wrong_comes_first_and_as_a_notice(seal: Seal | None, tones: list[str]) -> None:
    assert [remark.tone for remark in enclosures.remarks(seal)] == tones
