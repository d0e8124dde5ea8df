"""A real Dovecot on this machine, with its own directories and ports, for as long as a test needs it."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PROGRAM = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin")

CONFIGURATION = """
protocols = imap pop3
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/log
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{place}/mail/%u
mail_uid = {mail_user}
mail_gid = {mail_group}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_max_userip_connections = 50
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password=geheim
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={place}/mail/%u
}}
"""


@dataclass
class Dovecot:
    """Its mailbox is a Maildir: what a delivery agent writes there, it serves."""

    place: Path
    imap: int
    pop3: int
    process: subprocess.Popen[bytes]

    def deliver(self, raw: bytes, *, name: str, is_read: bool = False) -> None:
        """As a delivery agent does: whole, then under its name."""
        box = self.place / "mail" / "service"
        file = box / "tmp" / name
        file.write_bytes(raw)
        os.chmod(file, 0o666)
        file.rename(box / ("cur" if is_read else "new") / (f"{name}:2,S" if is_read else name))

    def number_anew(self) -> None:
        """As after a restored backup without its indexes: another UIDVALIDITY."""
        time.sleep(1.1)  # the new UIDVALIDITY is the time in seconds
        for each in (self.place / "mail" / "service").glob("dovecot*"):
            each.unlink()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def started(place: Path) -> Dovecot:
    """Raises RuntimeError, with its log, when it does not come up."""
    os.chmod(place, 0o755)  # its own users must come in
    is_root = os.geteuid() == 0
    user = "dovenull" if is_root else getpass.getuser()
    mail_user = "mail" if is_root else user
    imap, pop3 = free_port(), free_port()
    values = {
        "place": place, "imap": imap, "pop3": pop3, "user": user, "mail_user": mail_user,
        "group": grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name,
        "mail_group": grp.getgrgid(pwd.getpwnam(mail_user).pw_gid).gr_name,
    }  # fmt: skip
    for each in ("new", "cur", "tmp"):
        (place / "mail" / "service" / each).mkdir(parents=True)
    if is_root:
        for folder in [place / "mail", *(place / "mail").rglob("*")]:
            shutil.chown(folder, mail_user)
    (place / "dovecot.conf").write_text(CONFIGURATION.format(**values))
    process = subprocess.Popen([str(PROGRAM), "-F", "-c", str(place / "dovecot.conf")])
    running = Dovecot(place, imap, pop3, process)
    until = time.monotonic() + 20
    while not (_answers(imap) and _answers(pop3)):
        if process.poll() is not None or time.monotonic() > until:
            log = place / "log"
            running.stop() if process.poll() is None else None
            raise RuntimeError(log.read_text() if log.exists() else "no log")
        time.sleep(0.05)
    return running


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            return bool(connection.recv(10))
    except OSError:
        return False
