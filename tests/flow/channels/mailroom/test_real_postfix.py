"""What the handbook says about Postfix, tried out with a real one: its lines are read from the handbook itself."""

import os
import re
import shutil
import smtplib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from anliegen.flow.channels.mailroom.receive import listening
from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.records.accounts.models import Mailbox
from tests import needs
from tests.postfix import MASTER

from .dovecot import free_port
from .servers import letter

pytestmark = pytest.mark.django_db(transaction=True)
PROGRAM = shutil.which("postfix", path="/usr/sbin:/usr/bin")
HANDBOOK = Path(__file__).resolve().parents[4] / "docs" / "handbook" / "betrieb.md"

MAIN = {
    "compatibility_level": "3.6", "myhostname": "mx.example.org", "mydestination": "", "mynetworks": "127.0.0.0/8",
    "inet_interfaces": "127.0.0.1", "inet_protocols": "ipv4", "alias_maps": "", "alias_database": "",
    "smtpd_recipient_restrictions": "", "smtpd_relay_restrictions": "reject_unauth_destination",
    "queue_run_delay": "2s", "minimal_backoff_time": "2s", "maximal_backoff_time": "2s", "local_recipient_maps": "",
}  # fmt: skip


@dataclass
class Postfix:
    place: Path
    port: int

    def send(self, to: list[str], raw: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as client:
            client.sendmail("kim@example.net", to, raw)

    def run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)


def of_the_handbook(which: int) -> tuple[dict[str, str], dict[str, str]]:
    """The files and the settings that the handbook names in its first, or its second, way."""
    section = HANDBOOK.read_text(encoding="utf-8").partition("### Postfix")[2].partition("\n### ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    tables, commands = blocks[2 * which], blocks[2 * which + 1]
    contents: dict[str, str] = {}
    for line in tables.splitlines():
        if line.startswith("# /etc/postfix/"):
            name = line.rpartition("/")[2]
            contents[name] = ""
        else:
            contents[name] += line + "\n"
    settings = dict(re.findall(r"'([a-z_]+) = ([^']*)'", commands))
    return contents, settings


@pytest.fixture
def port_of_ours(mailbox: Mailbox) -> Iterator[int]:
    with listening("127.0.0.1", 0) as port:
        yield port


def start(which: int, port_of_ours: int, place: Path) -> Postfix:
    contents, settings = of_the_handbook(which)
    postfix = Postfix(place, free_port())
    for folder in ("etc", "queue", "data"):
        (place / folder).mkdir()
    shutil.chown(place / "data", "postfix")
    for name, text in contents.items():
        (place / "etc" / name).write_text(text.replace(":8025", f":{port_of_ours}"))
    own = {
        "queue_directory": f"{place}/queue", "data_directory": f"{place}/data", "maillog_file": f"{place}/log",
        "maillog_file_prefixes": str(place),
    }  # fmt: skip
    lines = MAIN | own | {name: value.replace("/etc/postfix", f"{place}/etc") for name, value in settings.items()}
    if which == 0:
        lines |= {"mydestination": "example.org"}  # "a domain that Postfix answers for already"
    (place / "etc" / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
    (place / "etc" / "master.cf").write_text(MASTER.format(port=postfix.port))
    for name in contents:
        postfix.run("/usr/sbin/postmap", "-c", f"{place}/etc", f"{place}/etc/{name}")
    postfix.run(str(PROGRAM), "-c", f"{place}/etc", "start")
    return postfix


@pytest.fixture
def place() -> Iterator[Path]:
    if PROGRAM is None or os.geteuid() != 0:
        needs.is_missing("no Postfix here, or not root: install postfix")
    with TemporaryDirectory(prefix="anliegen-postfix-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
        subprocess.run([PROGRAM, "-c", f"{folder}/etc", "stop"], check=False, capture_output=True)


def lines_after(count: int, *, within: float = 20) -> list[tuple[str, list[str]]]:
    until = time.monotonic() + within
    while Intake.objects.count() < count and time.monotonic() < until:
        time.sleep(0.1)
    return list(Intake.objects.order_by("pk").values_list("source", "envelope_to"))


def test_single_addresses_are_handed_over_with_their_plus_addresses(place: Path, port_of_ours: int) -> None:
    postfix = start(0, port_of_ours, place)
    postfix.send(["service@example.org"], letter("eins"))
    postfix.send(["service+a812.abc@example.org"], letter("zwei"))
    assert sorted(lines_after(2), key=str) == [
        ("lmtp", ["service+a812.abc@example.org"]),
        ("lmtp", ["service@example.org"]),
    ]
    assert letter("eins").split(b"\r\n\r\n")[1] in files.get(Intake.objects.earliest("pk").sha256)


def test_a_whole_domain_is_handed_over_and_unknown_addresses_are_refused(place: Path, port_of_ours: int) -> None:
    postfix = start(1, port_of_ours, place)
    postfix.send(["anfrage@service.example.org"], letter("eins"))
    postfix.send(["anfrage+a812.abc@service.example.org"], letter("zwei"))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        postfix.send(["niemand@service.example.org"], letter("drei"))
    assert {to for _source, [to] in lines_after(2)} == {
        "anfrage@service.example.org", "anfrage+a812.abc@service.example.org",
    }  # fmt: skip


def test_what_cannot_be_stored_is_kept_by_postfix_and_comes_later(
    place: Path, port_of_ours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    postfix = start(0, port_of_ours, place)
    with monkeypatch.context() as patch:
        patch.setattr(files, "put", _full)
        postfix.send(["service@example.org"], letter("eins"))
        time.sleep(1.5)
        assert Intake.objects.count() == 0
    postfix.run("/usr/sbin/postfix", "-c", f"{place}/etc", "flush")
    assert lines_after(1) == [("lmtp", ["service@example.org"])]


def _full(_content: bytes) -> str:
    raise OSError(28, "No space left on device")
