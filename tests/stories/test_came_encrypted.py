"""Somebody who got hold of a customer's encrypted mail sends it as their own: they get to read nothing of it."""

from collections.abc import Callable

import pysequoia
import pytest
from django.test import Client

from anliegen.flow.channels import mail_keys
from anliegen.flow.channels.email.compose import compose
from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.links import status_link
from anliegen.records.tickets.models import Attachment, Message, Ticket
from tests.stories.mails import take

pytestmark = pytest.mark.django_db(transaction=True)

OWN = pysequoia.Tsk.generate("Service <service@musterstadt.example>")
INSIDE = "\r\n".join(
    [
        'Content-Type: multipart/mixed; boundary=i; protected-headers="v1"',
        *("Subject: Diagnose Krebs", ""),
        *("--i", "Content-Type: text/plain; charset=utf-8", "", "Streng vertraulich: PIN 9912.", ""),
        *("--i", 'Content-Type: text/csv; name="befund.csv"', 'Content-Disposition: attachment; filename="befund.csv"'),
        *("", "PIN;9912", "", "--i--", ""),
    ]
).encode()
SECRETS = ("9912", "Diagnose", "befund.csv")


def mailed(*more: bytes) -> bytes:
    sealed = pysequoia.encrypt(INSIDE, [OWN.extract_certificate()], None)
    parts = [
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=q\r\n\r\n--q\r\n'
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--q\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n" + sealed + b"\r\n--q--\r\n",
        *more,
    ]
    return (
        b"From: mallory@evil.example\r\nTo: service@musterstadt.example\r\nSubject: ...\r\n"
        b"Message-ID: <m@evil.example>\r\nDate: Mon, 16 Nov 2026 10:00:00 +0100\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n"
        + b"".join(b"--o\r\n" + part + b"\r\n" for part in parts)
        + b"--o--\r\n"
    )


DAMAGED = b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\r\nkaputt"


@pytest.fixture(params=[(), (DAMAGED,)], ids=["alone", "beside what does not open"])
def ticket(request: pytest.FixtureRequest, mailbox: Mailbox, run_pipeline: Callable[[], int]) -> Ticket:
    mail_keys.import_keys(bytes(OWN), actor=SYSTEM, at=clock.now())
    Operator.objects.update(quotes="all")
    line = take(mailed(*request.param), sender="mallory@evil.example")
    run_pipeline()
    assert line.ticket is not None
    return Ticket.objects.get(pk=line.ticket_id)


def page_of(ticket: Ticket, client: Client) -> str:
    return client.get(status_link(ticket).removeprefix("http://127.0.0.1:8000")).content.decode()


def test_agents_read_it_with_its_true_subject_and_find_it(ticket: Ticket, admin: Agent, client: Client) -> None:
    client.force_login(admin)
    page = client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    for part in ("Streng vertraulich: PIN 9912.", "Auch der Betreff war verschlüsselt: Diagnose Krebs", "befund.csv"):
        assert part in page
    assert f"/workspace/tickets/{ticket.pk}/" in client.get("/workspace/search/?q=Diagnose").content.decode()


def test_the_status_page_says_so_instead_and_gives_out_no_file(ticket: Ticket, client: Client) -> None:
    page = page_of(ticket, client)
    assert "Diese Nachricht kam verschlüsselt." in page
    assert [word for word in SECRETS if word in page] == []
    for file in Attachment.objects.filter(message__ticket=ticket):
        address = f"{status_link(ticket).removeprefix('http://127.0.0.1:8000')}datei/{file.pk}/"
        assert client.get(address).status_code == 404


def test_no_mail_of_ours_says_anything_of_it(ticket: Ticket, mira: Agent, client: Client) -> None:
    answer = actions.reply(ticket, Answer("Danke."), actor=Actor.agent(mira.pk), at=clock.now())
    ours = [Message.objects.get(rule="acknowledge"), answer]
    assert [one.to[0]["address"] for one in ours] == ["mallory@evil.example"] * 2
    for one in ours:
        mail = as_mail(Message.objects.get(pk=one.pk))
        told = mail.subject + mail.text + (mail.html or "") + compose(mail).decode("utf-8", "replace")
        assert [word for word in SECRETS if word in told] == []
