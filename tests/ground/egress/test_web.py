"""HTTP goes out only where it may, and everything that wanted out is in the ledger."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from socketserver import StreamRequestHandler

import pytest
from django.db import connection, transaction

from anliegen.ground import egress
from anliegen.ground.egress.models import Destination, EgressCall

from .conftest import JANA, NOON, Lines, names

Serve = Callable[..., Lines]
Allow = Callable[..., Destination]


def answering(answer: bytes, seen: list[bytes] | None = None) -> Callable[[StreamRequestHandler], None]:
    """Reads one request and sends these bytes."""

    def talk(handler: StreamRequestHandler) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = handler.rfile.readline()
            if not line:
                return
            head += line
        length = next(
            (int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")), 0
        )
        if seen is not None:
            seen.append(head + handler.rfile.read(length))
        handler.wfile.write(answer)

    return talk


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello"


def ledger() -> list[tuple[object, ...]]:
    return list(EgressCall.objects.order_by("id").values_list("host", "purpose", "result", "status", "error"))


def test_an_answer_comes_back_and_the_call_is_in_the_ledger(serve: Serve, allow: Allow) -> None:
    seen: list[bytes] = []
    server = serve(answering(OK, seen))
    destination = allow(server.port)
    response = egress.fetch(
        "post", f"http://127.0.0.1:{server.port}/a/b?secret=1", purpose="test", headers={"X-Mine": "yes"}, body=b"{}"
    )
    assert (response.status, response.body, response.headers["x-a"]) == (200, b"hello", "1, 2")
    assert seen[0].startswith(b"POST /a/b?secret=1 HTTP/1.1\r\n") and seen[0].endswith(b"\r\n\r\n{}")
    assert b"x-mine: yes" in seen[0].lower()
    call = EgressCall.objects.get()
    assert (call.destination, call.host, call.port, call.result, call.status) == (
        destination, "127.0.0.1", server.port, "ok", 200,
    )  # fmt: skip
    assert (call.bytes_out, call.bytes_in) == (len(seen[0]), len(OK))
    assert call.duration_ms is not None and call.duration_ms < 3000
    assert "secret" not in repr(EgressCall.objects.values().get())


def test_what_is_not_registered_is_refused_and_noted(serve: Serve, db: None) -> None:
    seen: list[bytes] = []
    server = serve(answering(OK, seen))
    with pytest.raises(egress.Refused) as refusal:
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")
    assert (refusal.value.code, refusal.value.passing, seen) == ("not_registered", False, [])
    assert ledger() == [("127.0.0.1", "test", "refused", None, "not_registered")]


@pytest.mark.parametrize("change", [{"purpose": "other"}, {"scheme": "https"}, {"host": "localhost"}])
def test_a_registration_is_for_one_purpose_protocol_and_name(
    serve: Serve, allow: Allow, change: dict[str, str]
) -> None:
    server = serve(answering(OK))
    allow(server.port, **change)
    with pytest.raises(egress.Refused, match="not registered"):
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")


def test_what_was_withdrawn_is_refused(serve: Serve, allow: Allow) -> None:
    server = serve(answering(OK))
    egress.withdraw(allow(server.port), actor=JANA, at=NOON)
    with pytest.raises(egress.Refused):
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")


@pytest.mark.parametrize("url", ["http://user:secret@127.0.0.1/", "ftp://127.0.0.1/", "http://exa\nmple/"])
def test_an_address_that_is_none_is_refused_and_noted_without_repeating_it(url: str, db: None) -> None:
    with pytest.raises(egress.Refused):
        egress.fetch("GET", url, purpose="test")
    [(host, purpose, result, _, _)] = ledger()
    assert (host, purpose, result) == ("", "test", "refused")


def test_an_inner_address_is_refused_even_for_a_registered_name(serve: Serve, allow: Allow) -> None:
    seen: list[bytes] = []
    server = serve(answering(OK, seen))
    for host in ("127.0.0.1", "localhost"):
        allow(server.port, host=host, allow_private=False)
        with pytest.raises(egress.Refused, match="own network"):
            egress.fetch("GET", f"http://{host}:{server.port}/", purpose="test")
    assert seen == []
    assert [row[2:] for row in ledger()] == [("refused", None, "private_address")] * 2


@pytest.mark.parametrize("number", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_other_spellings_of_an_inner_number_do_not_get_through(serve: Serve, allow: Allow, number: str) -> None:
    seen: list[bytes] = []
    server = serve(answering(OK, seen))
    allow(server.port, host=number, allow_private=False)
    with pytest.raises(egress.EgressError):
        egress.fetch("GET", f"http://{number}:{server.port}/", purpose="test")
    assert seen == []


def test_a_name_is_looked_up_once_and_its_inner_numbers_are_not_used(
    serve: Serve, allow: Allow, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answering(OK))
    allow(server.port, host="rebind.example", allow_private=False)
    inner = {"rebind.example": ["127.0.0.1", "::ffff:127.0.0.1", "10.1.2.3"]}
    with names(inner, monkeypatch) as asked, pytest.raises(egress.Refused, match="own network"):
        egress.fetch("GET", f"http://rebind.example:{server.port}/", purpose="test")
    assert asked == ["rebind.example"]


def test_the_number_that_was_checked_is_the_one_connected_to(
    serve: Serve, allow: Allow, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    server = serve(answering(OK, seen))
    allow(server.port, host="once.example")
    with names({"once.example": ["127.0.0.1"]}, monkeypatch) as asked:
        assert egress.fetch("GET", f"http://once.example:{server.port}/", purpose="test").status == 200
    assert asked == ["once.example"]
    assert f"host: once.example:{server.port}\r\n".encode() in seen[0].lower()


def test_a_silent_number_does_not_keep_the_next_one_from_being_tried(
    serve: Serve, allow: Allow, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answering(OK))
    allow(server.port, host="two.example")
    with names({"two.example": ["127.0.0.99", "127.0.0.1"]}, monkeypatch):
        assert egress.fetch("GET", f"http://two.example:{server.port}/", purpose="test").status == 200


def test_a_name_that_is_not_known_may_be_tried_again(allow: Allow, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(80, host="nowhere.example")
    with names({}, monkeypatch), pytest.raises(egress.Unreachable) as problem:
        egress.fetch("GET", "http://nowhere.example/", purpose="test")
    assert (problem.value.passing, problem.value.code) == (True, "name_unknown")
    assert ledger() == [("nowhere.example", "test", "error", None, "name_unknown")]


def test_nobody_there_may_be_tried_again(serve: Serve, allow: Allow) -> None:
    server = serve(answering(OK))
    allow(server.port)
    server.shutdown()
    server.server_close()
    with pytest.raises(egress.Unreachable, match="cannot be reached"):
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", egress.Unreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", egress.Unreachable),
        (b"220 mail.example ESMTP\r\n", egress.Failed),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", egress.Unreachable),
        (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 300 + b"\r\n", egress.Failed),
    ],
)
def test_an_answer_that_breaks_off_or_makes_no_sense_is_told(
    serve: Serve, allow: Allow, answer: bytes, error: type[egress.EgressError]
) -> None:
    server = serve(answering(answer))
    allow(server.port)
    with pytest.raises(error):
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")
    assert ledger()[0][2] == "error"


def test_an_error_of_the_other_side_is_an_answer(serve: Serve, allow: Allow) -> None:
    server = serve(answering(b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"))
    allow(server.port)
    assert egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test").status == 503
    assert ledger() == [("127.0.0.1", "test", "ok", 503, "")]


def endless(handler: StreamRequestHandler) -> None:
    handler.rfile.readline()
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        handler.wfile.write(b"x" * 65536)


def test_an_answer_that_is_too_large_is_cut_off_while_it_comes(serve: Serve, allow: Allow) -> None:
    server = serve(endless)
    allow(server.port, max_bytes=100_000)
    with pytest.raises(egress.TooLarge) as problem:
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")
    assert not problem.value.passing
    call = EgressCall.objects.get()
    assert call.result == "too_large" and 100_000 < call.bytes_in < 2_000_000


def test_an_answer_that_announces_too_much_is_not_begun(serve: Serve, allow: Allow) -> None:
    server = serve(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"))
    allow(server.port, max_bytes=100_000)
    with pytest.raises(egress.TooLarge, match="announces"):
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")


def test_an_answer_of_just_the_size_that_may_be_is_taken(serve: Serve, allow: Allow) -> None:
    server = serve(answering(OK))
    allow(server.port, max_bytes=len(OK))
    assert egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test").body == b"hello"
    allow(server.port, max_bytes=len(OK) - 1)
    with pytest.raises(egress.TooLarge):
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")


def silent(handler: StreamRequestHandler) -> None:
    handler.rfile.readline()
    time.sleep(5)


def trickling(handler: StreamRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(100):
        handler.wfile.write(b".")
        time.sleep(0.1)


@pytest.mark.parametrize("talk", [silent, trickling])
def test_the_whole_call_has_one_time_limit(
    serve: Serve, allow: Allow, talk: Callable[[StreamRequestHandler], None]
) -> None:
    server = serve(talk)
    allow(server.port, timeout_s=1)
    began = time.monotonic()
    with pytest.raises(egress.TimedOut) as problem:
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")
    assert 0.8 < time.monotonic() - began < 2.5
    assert problem.value.passing
    assert ledger() == [("127.0.0.1", "test", "timeout", 200 if talk is trickling else None, "timeout")]


def redirect(status: int, to: str) -> bytes:
    return f"HTTP/1.1 {status} Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_redirect_is_an_answer_unless_following_was_asked_for(serve: Serve, allow: Allow) -> None:
    server = serve(answering(redirect(302, "http://169.254.169.254/")))
    allow(server.port)
    assert egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test").status == 302
    assert len(ledger()) == 1


def test_each_hop_is_checked_anew(serve: Serve, allow: Allow) -> None:
    server = serve(answering(redirect(302, "http://169.254.169.254/latest")))
    allow(server.port)
    with pytest.raises(egress.Refused, match="not registered"):
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test", follow=3)
    assert [row[2] for row in ledger()] == ["ok", "refused"]


def test_a_password_does_not_follow_to_another_machine(serve: Serve, allow: Allow) -> None:
    seen: list[bytes] = []
    second = serve(answering(OK, seen))
    first = serve(answering(redirect(307, f"http://localhost:{second.port}/there")))
    allow(first.port)
    allow(second.port, host="localhost")
    response = egress.fetch(
        "POST",
        f"http://127.0.0.1:{first.port}/",
        purpose="test",
        follow=1,
        body=b"kept",
        headers={"Authorization": "x"},
    )
    assert response.status == 200
    assert seen[0].startswith(b"POST /there ") and seen[0].endswith(b"kept")
    assert b"authorization" not in seen[0].lower()


def test_after_see_other_the_body_stays_behind(serve: Serve, allow: Allow) -> None:
    seen: list[bytes] = []
    second = serve(answering(OK, seen))
    first = serve(answering(redirect(303, f"http://127.0.0.1:{second.port}/")))
    allow(first.port)
    allow(second.port)
    egress.fetch("POST", f"http://127.0.0.1:{first.port}/", purpose="test", follow=1, body=b"{}",
                 headers={"Content-Type": "application/json"})  # fmt: skip
    assert seen[0].startswith(b"GET / ") and b"content-" not in seen[0].lower()


def test_a_ring_of_redirects_ends(serve: Serve, allow: Allow) -> None:
    server = serve(answering(redirect(302, "/")))
    allow(server.port)
    assert egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test", follow=4).status == 302
    assert len(ledger()) == 5


def test_tls_checks_the_certificate(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    seen: list[bytes] = []
    server = serve(answering(OK, seen), tls=tls)
    allow(server.port, scheme="https")
    with pytest.raises(egress.Failed, match="certificate") as problem:
        egress.fetch("GET", f"https://127.0.0.1:{server.port}/", purpose="test")
    assert (problem.value.passing, seen) == (False, [])
    assert ledger() == [("127.0.0.1", "test", "error", None, "certificate")]


@pytest.mark.usefixtures("trusted")
def test_tls_with_a_trusted_certificate_works_and_is_counted(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    seen: list[bytes] = []
    server = serve(answering(OK, seen), tls=tls)
    allow(server.port, scheme="https", host="localhost")
    response = egress.fetch("GET", f"https://localhost:{server.port}/", purpose="test", body=b"x" * 50_000)
    assert response.body == b"hello"
    call = EgressCall.objects.get()
    assert (call.bytes_out, call.bytes_in) == (len(seen[0]), len(OK))


@pytest.mark.usefixtures("trusted")
def test_tls_checks_the_name(serve: Serve, allow: Allow, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(answering(OK), tls=tls)
    allow(server.port, scheme="https", host="other.example")
    with names({"other.example": ["127.0.0.1"]}, monkeypatch), pytest.raises(egress.Failed, match="certificate"):
        egress.fetch("GET", f"https://other.example:{server.port}/", purpose="test")


@pytest.mark.usefixtures("trusted")
def test_limits_hold_inside_tls(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    for talk, error in ((trickling, egress.TimedOut), (endless, egress.TooLarge)):
        server = serve(talk, tls=tls)
        allow(server.port, scheme="https", timeout_s=1, max_bytes=100_000)
        with pytest.raises(error):
            egress.fetch("GET", f"https://127.0.0.1:{server.port}/", purpose="test")


def test_plain_talk_where_tls_is_expected_is_told(serve: Serve, allow: Allow) -> None:
    server = serve(lambda handler: handler.wfile.write(b"220 no tls here\r\n") and None)
    allow(server.port, scheme="https")
    with pytest.raises(egress.Failed, match="secure") as problem:
        egress.fetch("GET", f"https://127.0.0.1:{server.port}/", purpose="test")
    assert problem.value.code == "tls"


@pytest.mark.django_db(transaction=True)
def test_a_call_inside_a_transaction_is_our_mistake(serve: Serve, allow: Allow) -> None:
    seen: list[bytes] = []
    server = serve(answering(OK, seen))
    allow(server.port)
    with transaction.atomic(), pytest.raises(egress.InsideTransaction):
        egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")
    with transaction.atomic(), pytest.raises(egress.InsideTransaction):
        egress.fetch("GET", "no address", purpose="test")
    assert (ledger(), seen) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_the_ledger_knows_of_a_call_before_it_begins(serve: Serve, allow: Allow) -> None:
    found: list[tuple[object, ...]] = []

    def look(handler: StreamRequestHandler) -> None:
        found.extend(EgressCall.objects.values_list("result", "duration_ms"))
        connection.close()
        answering(OK)(handler)

    server = serve(look)
    allow(server.port)
    egress.fetch("GET", f"http://127.0.0.1:{server.port}/", purpose="test")
    assert found == [("open", None)]
    assert ledger() == [("127.0.0.1", "test", "ok", 200, "")]
