"""Only `ground/egress` talks to the network outside: nobody else imports what could."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "anliegen"
DOOR = ROOT / "ground" / "egress"

# What opens connections. Servers (asyncio, aiosmtpd, uvicorn) wait for others, and the database drivers talk to ours.
TALKERS = {
    "aiohttp", "aiosmtplib", "ftplib", "http.client", "httpcore", "httpx", "imaplib", "nntplib", "paramiko", "poplib",
    "pycurl", "requests", "smtplib", "socket", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc.client",
}  # fmt: skip
# Names that open a connection although their module also does other things.
OPENERS = {"open_connection", "open_unix_connection", "create_connection", "__import__"}
# A mailbox class of imap-tools connects by itself when it is made; our own connection is given to its base class.
CONNECTING_NAMES = {
    ("django.core.mail", "send_mail"), ("http", "client"), ("imap_tools", "MailBox"),
    ("imap_tools", "MailBoxStartTls"), ("imap_tools", "MailBoxUnencrypted"), ("urllib", "request"),
    ("xmlrpc", "client"),
}  # fmt: skip


def violations(source: str) -> list[str]:
    """Everything in a module that could open a connection, with its line."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [f"{node.lineno}: {each.name}" for each in node.names if _talks(each.name)]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.lineno}: {node.module}" for _ in node.names[:1] if _talks(node.module)]
            named = [each.name for each in node.names if (node.module, each.name) in CONNECTING_NAMES]
            found += [f"{node.lineno}: {node.module}.{name}" for name in named]
        elif isinstance(node, ast.Call) and _called(node) in OPENERS and not _stays_here(node):
            found.append(f"{node.lineno}: {_called(node)}()")
    return found


def _talks(module: str) -> bool:
    return any(module == talker or module.startswith(f"{talker}.") for talker in TALKERS)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _stays_here(call: ast.Call) -> bool:
    """To this very machine, and said so in the line itself: the measurements talk to our own server that way."""
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value in {"127.0.0.1", "::1"}


def test_nobody_but_egress_could_open_a_connection() -> None:
    modules = [path for path in ROOT.rglob("*.py") if DOOR not in path.parents]
    assert len(modules) > 50
    found = {str(path.relative_to(ROOT)): violations(path.read_text()) for path in modules}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_egress_itself_could() -> None:
    assert {path.name for path in DOOR.glob("*.py") if violations(path.read_text())} == {
        "ledger.py", "local.py", "mail.py", "mailbox.py", "web.py", "wire.py",
    }  # fmt: skip


def test_the_search_finds_what_it_looks_for() -> None:
    for line in (
        "import socket", "import socket as s", "from socket import create_connection", "import http.client as h",
        "from http import client", "from urllib import request", "import urllib.request", "import requests.sessions",
        "def f():\n    import smtplib", "from imap_tools import MailBox", "asyncio.open_connection('h', 1)",
        "asyncio.open_connection(host, 1)",
        "loop.create_connection(P, 'h', 1)", "__import__('socket')",
    ):  # fmt: skip
        assert violations(line), line
    for line in (
        "import urllib.parse", "from urllib.parse import urlsplit", "import http", "from http import HTTPStatus",
        "import socketserver_like", "from imap_tools import BaseMailBox", "import asyncio", "socket = 1",
        "asyncio.open_connection('127.0.0.1', port)",
    ):  # fmt: skip
        assert violations(line) == [], line
