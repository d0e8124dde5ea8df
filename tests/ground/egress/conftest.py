"""Servers on this machine that do what servers outside may do, and the register that lets us talk to them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from anliegen.ground import egress
from anliegen.ground.egress.models import Destination
from anliegen.ground.journal.actors import Actor

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
JANA = Actor.agent(1)

Talk = Callable[[socketserver.StreamRequestHandler], None]


class Lines(socketserver.ThreadingTCPServer):
    """A server whose part of the conversation is a function."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self.talk, self.tls = talk, tls
        super().__init__(("127.0.0.1", 0), Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def get_request(self) -> tuple[object, object]:  # type: ignore[override]
        connection, address = super().get_request()
        return (self.tls.wrap_socket(connection, server_side=True) if self.tls else connection), address

    def handle_error(self, request: object, client_address: object) -> None:
        """The other side breaking off is what several tests are about."""


class Conversation(socketserver.StreamRequestHandler):
    server: Lines

    def handle(self) -> None:
        self.server.talk(self)


@pytest.fixture
def serve() -> Iterator[Callable[..., Lines]]:
    """Starts a server and says where it is."""
    running: list[Lines] = []

    def start(talk: Talk, *, tls: ssl.SSLContext | None = None) -> Lines:
        server = Lines(talk, tls)
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def allow(db: None) -> Callable[..., Destination]:
    """Registers a place on this machine."""

    def register(
        port: int,
        *,
        scheme: str = "http",
        host: str = "127.0.0.1",
        purpose: str = "test",
        allow_private: bool = True,
        timeout_s: int = 3,
        max_bytes: int | None = None,
    ) -> Destination:
        return egress.register(
            scheme=scheme, host=host, port=port, purpose=purpose, name="Probe", responsible="Jana Kowalski",
            allow_private=allow_private, timeout_s=timeout_s, max_bytes=max_bytes, actor=JANA, at=NOON,
        )  # fmt: skip

    return register


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def make_certificate(folder: Path, *, from_day: int = -1, to_day: int = 1) -> Path:
    """A key and a certificate for `localhost` and 127.0.0.1, signed by itself, good between these days from today."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today + dt.timedelta(days=from_day))
        .not_valid_after(today + dt.timedelta(days=to_day))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """A server's side of TLS."""
    return serving(certificate)


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our side trusts the certificate, as an operator's own authority would be trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@contextmanager
def names(table: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The resolver answers from a table, and notes what it was asked."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [
            (socket.AF_INET6 if ":" in number else socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))
            for number in table[host]
        ]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield asked
