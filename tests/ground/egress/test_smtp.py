"""A mail goes to the server that is registered, encrypted where it must be, and refusals are told apart."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from socketserver import StreamRequestHandler
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.db import transaction

from anliegen.ground import egress
from anliegen.ground.egress import mail
from anliegen.ground.egress.models import Destination, EgressCall

from .conftest import Lines

Serve = Callable[..., Lines]
Allow = Callable[..., Destination]


class Server:
    """What aiosmtpd asks: takes mails for all but two recipients."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.encrypted: list[bool] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address == "unknown@example.org":
            return "550 5.1.1 no such person"
        if address == "full@example.org":
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if envelope.content and b"spam" in envelope.content:
            return "554 5.7.1 not wanted"
        self.taken.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return "250 taken"

    def login(self, *arguments: Any) -> AuthResult:
        data = arguments[-1]
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"us@er", b"p:ss/w")
        return AuthResult(success=right, handled=False)


@pytest.fixture
def smtpd() -> Iterator[Callable[..., tuple[Server, int]]]:
    running: list[Controller] = []

    def start(**options: Any) -> tuple[Server, int]:
        handler = Server()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        if options.pop("auth", False):
            options |= {"authenticator": handler.login, "auth_require_tls": options.get("require_starttls", False)}
        controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return handler, port

    yield start
    for controller in running:
        controller.stop()


def letter(to: str = "kim@example.org", text: str = "Guten Tag") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "service@example.org", to, "Antwort"
    message.set_content(text)
    return message


def send(url: str, *messages: EmailMessage) -> None:
    with egress.smtp(url, purpose="mail") as client:
        for message in messages:
            client.send_message(message)


def ledger() -> list[tuple[object, ...]]:
    return list(EgressCall.objects.order_by("id").values_list("scheme", "result", "status", "error"))


def test_mails_go_out_in_one_session_with_one_row(smtpd: Any, allow: Allow) -> None:
    server, port = smtpd()
    allow(port, scheme="smtp", purpose="mail")
    send(f"smtp://127.0.0.1:{port}", letter(), letter(text="Zweiter"))
    assert [envelope.rcpt_tos for envelope in server.taken] == [["kim@example.org"]] * 2
    assert ledger() == [("smtp", "ok", 250, "")]
    call = EgressCall.objects.get()
    assert call.bytes_out > len(letter().as_bytes()) + len(letter(text="Zweiter").as_bytes()) and call.bytes_in > 100
    assert "kim" not in repr(EgressCall.objects.values().get())


def test_a_server_that_is_not_registered_is_refused(smtpd: Any, db: None) -> None:
    server, port = smtpd()
    with pytest.raises(egress.Refused):
        send(f"smtp://127.0.0.1:{port}", letter())
    assert (server.taken, ledger()) == ([], [("smtp", "refused", None, "not_registered")])


def test_a_password_arrives_as_it_was_written(smtpd: Any, allow: Allow) -> None:
    server, port = smtpd(auth=True)
    allow(port, scheme="smtp", purpose="mail")
    send(f"smtp://us%40er:p%3Ass%2Fw@127.0.0.1:{port}?tls=none", letter())
    assert len(server.taken) == 1


def test_a_wrong_password_is_lasting(smtpd: Any, allow: Allow) -> None:
    _, port = smtpd(auth=True)
    allow(port, scheme="smtp", purpose="mail")
    with pytest.raises(egress.TurnedAway) as refusal:
        send(f"smtp://us%40er:wrong@127.0.0.1:{port}", letter())
    assert (refusal.value.status, refusal.value.passing) == (535, False)
    assert ledger() == [("smtp", "error", 535, "smtp_535")]


@pytest.mark.usefixtures("trusted")
def test_starttls_is_used_when_asked_for(smtpd: Any, allow: Allow, tls: ssl.SSLContext) -> None:
    server, port = smtpd(tls_context=tls, require_starttls=True, auth=True)
    allow(port, scheme="smtp", host="localhost", purpose="mail")
    send(f"smtp://us%40er:p%3Ass%2Fw@localhost:{port}?tls=starttls", letter())
    assert server.encrypted == [True]
    assert EgressCall.objects.get().bytes_out > 300


def test_starttls_with_a_strange_certificate_sends_nothing(smtpd: Any, allow: Allow, tls: ssl.SSLContext) -> None:
    server, port = smtpd(tls_context=tls)
    allow(port, scheme="smtp", purpose="mail")
    with pytest.raises(egress.Failed, match="certificate"):
        send(f"smtp://127.0.0.1:{port}?tls=starttls", letter())
    assert (server.taken, ledger()) == ([], [("smtp", "error", None, "certificate")])


def test_starttls_that_is_not_offered_sends_nothing(smtpd: Any, allow: Allow) -> None:
    server, port = smtpd()
    allow(port, scheme="smtp", purpose="mail")
    with pytest.raises(egress.Failed, match="STARTTLS"):
        send(f"smtp://127.0.0.1:{port}?tls=starttls", letter())
    assert (server.taken, ledger()) == ([], [("smtp", "error", None, "tls_required")])


@pytest.mark.usefixtures("trusted")
def test_over_the_network_tls_is_used_wherever_it_is_offered_and_a_password_never_goes_plain(
    smtpd: Any, allow: Allow, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "_is_this_machine", lambda client: False)
    encrypting, port = smtpd(tls_context=tls)
    allow(port, scheme="smtp", purpose="mail")
    send(f"smtp://127.0.0.1:{port}", letter())
    assert encrypting.encrypted == [True]
    plain, port = smtpd(auth=True)
    allow(port, scheme="smtp", purpose="mail")
    for url in (f"smtp://us%40er:p%3Ass%2Fw@127.0.0.1:{port}", f"smtp://us%40er:p%3Ass%2Fw@127.0.0.1:{port}?tls=none"):
        with pytest.raises(egress.Failed, match="password"):
            send(url, letter())
    assert plain.taken == []


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_first_byte(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    server = serve(polite, tls=tls)
    allow(server.port, scheme="smtps", host="localhost", purpose="mail")
    send(f"smtps://localhost:{server.port}", letter())
    assert ledger() == [("smtps", "ok", 250, "")]


@pytest.mark.parametrize(
    ("to", "status", "passing"), [("unknown@example.org", 550, False), ("full@example.org", 452, True)]
)
def test_a_refused_recipient_is_told_with_the_code(
    smtpd: Any, allow: Allow, to: str, status: int, passing: bool
) -> None:
    _, port = smtpd()
    allow(port, scheme="smtp", purpose="mail")
    with pytest.raises(egress.TurnedAway) as refusal:
        send(f"smtp://127.0.0.1:{port}", letter(to))
    assert (refusal.value.status, refusal.value.passing) == (status, passing)
    assert list(refusal.value.recipients) == [to] and refusal.value.recipients[to][0] == status
    assert to not in str(refusal.value)
    assert ledger() == [("smtp", "error", status, f"smtp_{status}")]


def test_a_refused_mail_is_told_with_what_the_server_said(smtpd: Any, allow: Allow) -> None:
    _, port = smtpd()
    allow(port, scheme="smtp", purpose="mail")
    with pytest.raises(egress.TurnedAway) as refusal:
        send(f"smtp://127.0.0.1:{port}", letter(text="spam"))
    assert (refusal.value.status, refusal.value.answer) == (554, "5.7.1 not wanted")


def test_one_refused_mail_leaves_the_session_to_the_others(smtpd: Any, allow: Allow) -> None:
    server, port = smtpd()
    allow(port, scheme="smtp", purpose="mail")
    with egress.smtp(f"smtp://127.0.0.1:{port}", purpose="mail") as client:
        with pytest.raises(egress.SMTPError):
            client.send_message(letter("unknown@example.org"))
        client.send_message(letter())
    assert len(server.taken) == 1
    assert ledger() == [("smtp", "ok", 250, "")]


def polite(handler: StreamRequestHandler) -> None:
    """Takes everything."""
    handler.wfile.write(b"220 here\r\n")
    for line in handler.rfile:
        if line.upper().startswith(b"DATA"):
            handler.wfile.write(b"354 go on\r\n")
            for content in handler.rfile:
                if content == b".\r\n":
                    break
        handler.wfile.write(b"250 fine\r\n")
        if line.upper().startswith(b"QUIT"):
            return


def busy(handler: StreamRequestHandler) -> None:
    handler.wfile.write(b"421 come back later\r\n")


def going_away(handler: StreamRequestHandler) -> None:
    handler.wfile.write(b"220 here\r\n")
    handler.rfile.readline()


def talkative(handler: StreamRequestHandler) -> None:
    handler.wfile.write(b"220 here\r\n")
    handler.rfile.readline()
    while True:
        handler.wfile.write(b"250-more\r\n" * 1000)


def silent(handler: StreamRequestHandler) -> None:
    handler.wfile.write(b"220 here\r\n")
    handler.rfile.readline()
    time.sleep(4)


@pytest.mark.parametrize(
    ("talk", "error", "passing", "row"),
    [
        (busy, egress.TurnedAway, True, ("smtp", "error", 421, "smtp_421")),
        (going_away, egress.Unreachable, True, ("smtp", "error", None, "broken_off")),
        (talkative, egress.TooLarge, False, ("smtp", "too_large", None, "too_large")),
        (silent, egress.TimedOut, True, ("smtp", "timeout", None, "timeout")),
    ],
)
def test_a_server_that_does_not_do_its_part_is_told(
    serve: Serve, allow: Allow, talk: Any, error: type[egress.EgressError], passing: bool, row: tuple[object, ...]
) -> None:
    server = serve(talk)
    allow(server.port, scheme="smtp", purpose="mail", timeout_s=1, max_bytes=100_000)
    with pytest.raises(error) as problem:
        send(f"smtp://127.0.0.1:{server.port}", letter())
    assert problem.value.passing is passing
    assert ledger() == [row]


def test_a_mail_that_was_taken_stays_taken_when_the_server_leaves_without_a_word(serve: Serve, allow: Allow) -> None:
    def rude(handler: StreamRequestHandler) -> None:
        handler.wfile.write(b"220 here\r\n")
        for line in handler.rfile:
            if line.upper().startswith(b"DATA"):
                handler.wfile.write(b"354 go on\r\n")
                while handler.rfile.readline() != b".\r\n":
                    pass
                handler.wfile.write(b"250 taken\r\n")
                return
            handler.wfile.write(b"250 fine\r\n")

    server = serve(rude)
    allow(server.port, scheme="smtp", purpose="mail")
    send(f"smtp://127.0.0.1:{server.port}", letter())
    assert ledger() == [("smtp", "ok", 250, "")]


def test_our_own_mistake_in_a_session_stays_ours(smtpd: Any, allow: Allow) -> None:
    _, port = smtpd()
    allow(port, scheme="smtp", purpose="mail")
    with pytest.raises(ZeroDivisionError), egress.smtp(f"smtp://127.0.0.1:{port}", purpose="mail"):
        _ = 1 / 0
    assert ledger() == [("smtp", "error", None, "ZeroDivisionError")]


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:25?tls=maybe", "http://127.0.0.1/", "smtp://:x"])
def test_an_address_that_is_none_is_refused_and_noted(url: str, db: None) -> None:
    with pytest.raises(egress.Refused):
        send(url, letter())
    assert [row[:2] for row in ledger()] == [("smtp", "refused")]


@pytest.mark.django_db(transaction=True)
def test_a_session_inside_a_transaction_is_our_mistake(smtpd: Any, allow: Allow) -> None:
    server, port = smtpd()
    allow(port, scheme="smtp", purpose="mail")
    with transaction.atomic(), pytest.raises(egress.InsideTransaction):
        send(f"smtp://127.0.0.1:{port}", letter())
    assert (server.taken, ledger()) == ([], [])
