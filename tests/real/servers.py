"""Debian's Postfix and Dovecot with a configuration of their own, on free ports, for as long as a test lasts."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postfix import MASTER

DAEMONS = "/usr/lib/postfix/sbin"
MAIN = """\
compatibility_level = 3.6
queue_directory = {place}/spool
data_directory = {place}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {place}/log
maillog_file_prefixes = {place}
myhostname = mx.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_delimiter = +
virtual_mailbox_domains = example.org
virtual_mailbox_base = {place}/mail
virtual_mailbox_maps = inline:{{ {{kim@example.org = kim/}} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
relay_domains = musterstadt.example, elsewhere.example
transport_maps = inline:{{
  {{musterstadt.example = smtp:[127.0.0.1]:{ours}}},
  {{elsewhere.example = smtp:[127.0.0.1]:{theirs}}} }}
smtpd_tls_security_level = none
smtp_tls_security_level = none
"""
DOVECOT = """\
protocols = imap
base_dir = {place}/run
state_dir = {place}/run
log_path = {place}/dovecot.log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{place}/mail/%n
first_valid_uid = 1
first_valid_gid = 1
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password=geheim
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/mail/%n
}}
"""


def missing() -> str:
    """Why they cannot be started here; empty when they can."""
    absent = [name for name in ("postfix", "dovecot") if shutil.which(name, path="/usr/sbin:/usr/bin") is None]
    if absent:
        return f"not installed: {', '.join(absent)} (apt-get install --no-install-recommends postfix dovecot-imapd)"
    return "" if os.geteuid() == 0 else "Postfix is started by root only"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def a_place() -> Iterator[Path]:
    """A directory that the servers' own users may enter."""
    place = Path(tempfile.mkdtemp(prefix="anliegen-mail-", dir="/tmp"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def postfix(place: Path, *, ours: int, theirs: int) -> Iterator[int]:
    """Gives its port. Mail to example.org lies in `place/mail`, to musterstadt.example goes to our port."""
    port, owner = free_port(), pwd.getpwnam("postfix")
    settings = place / "etc"
    for name, belongs_to in (("etc", 0), ("spool", 0), ("data", owner.pw_uid), ("mail", owner.pw_uid)):
        (place / name).mkdir()
        os.chown(place / name, belongs_to, owner.pw_gid if belongs_to else 0)
    values = {"place": place, "daemons": DAEMONS, "ours": ours, "theirs": theirs, "port": port}
    (settings / "main.cf").write_text(MAIN.format(**values, uid=owner.pw_uid, gid=owner.pw_gid))
    (settings / "master.cf").write_text(MASTER.format(**values))
    subprocess.run(["/usr/sbin/postfix", "-c", str(settings), "start"], check=True, capture_output=True, timeout=60)
    try:
        until(lambda: _answers(port), 20, f"Postfix on {port}")
        yield port
    finally:
        subprocess.run(["/usr/sbin/postfix", "-c", str(settings), "stop"], capture_output=True, timeout=60, check=False)


@contextmanager
def dovecot(place: Path) -> Iterator[int]:
    """Gives its port for IMAP; everybody's password is `geheim`."""
    port, owner = free_port(), pwd.getpwnam("postfix")
    settings = place / "dovecot.conf"
    settings.write_text(DOVECOT.format(place=place, port=port, uid=owner.pw_uid, gid=owner.pw_gid))
    process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(settings)])
    try:
        until(lambda: _answers(port), 20, f"Dovecot on {port}")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@contextmanager
def inbox(port: int) -> Iterator[imaplib.IMAP4]:
    box = imaplib.IMAP4("127.0.0.1", port, timeout=20)
    box.login("kim@example.org", "geheim")
    box.select("INBOX")
    try:
        yield box
    finally:
        box.logout()


def until(true: Callable[[], object], seconds: float, what: str = "") -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
