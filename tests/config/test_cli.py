"""The `anliegen` command as people and other programs drive it: what it prints, and how it ends."""

import json
import mailbox
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from anliegen.ground import postgres
from tests import template
from tests.stories.mails import mail

ADMIN = "jana@musterstadt.example"
MAIL_KEYS = {
    "message_id", "from", "to", "cc", "reply_to", "subject", "date", "language", "text", "reply_text", "quoted_text",
    "signature", "html", "attachments", "automatic", "bounce", "in_reply_to", "references", "authentication", "defects",
    "appointment", "seal",
}  # fmt: skip


class Told:
    """How a command ended and what it said."""

    def __init__(self, done: "subprocess.CompletedProcess[bytes]") -> None:
        self.exit, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Instance:
    """An instance in a folder of its own, whose database keeps running between the commands."""

    def __init__(self, data: Path) -> None:
        self.data = data
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANLIEGEN_", "DATABASE_URL"))}
        self._environment = kept | {"ANLIEGEN_DATA": str(data)}

    def run(self, *arguments: str | Path, given: bytes = b"") -> Told:
        return self._told(["-m", "anliegen", *map(str, arguments)], given)

    def python(self, program: str) -> Told:
        return self._told(["-c", program])

    def _told(self, arguments: list[str], given: bytes = b"") -> Told:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, input=given, capture_output=True, env=self._environment, timeout=180, check=False
        )
        return Told(done)

    def typed(self, *arguments: str | Path) -> str:
        """What a person sees who types this at a terminal."""
        screen, terminal = os.openpty()
        command = [sys.executable, "-m", "anliegen", *map(str, arguments)]
        with subprocess.Popen(command, stdout=terminal, env=self._environment) as running:
            os.close(terminal)
            seen = b""
            with suppress(OSError):  # how a terminal says that nobody writes to it any more
                while piece := os.read(screen, 65536):
                    seen += piece
        os.close(screen)
        assert running.returncode == 0
        return seen.decode()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance that nobody has set up."""
    data = template.migrated(tmp_path_factory.mktemp("empty"))
    with postgres.acquire(data):
        yield Instance(data)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, Told]]:
    """An instance that was set up, and what setting up said."""
    data = template.migrated(tmp_path_factory.mktemp("house"))
    with postgres.acquire(data):
        made = Instance(data)
        yield made, made.run("setup", "--organisation", "Stadtwerke Musterstadt", "--admin", ADMIN, "--json")


@pytest.fixture(scope="module")
def anliegen(house: tuple[Instance, Told]) -> Instance:
    return house[0]


def change_database(instance: Instance, statement: str) -> None:
    with postgres.acquire(instance.data) as server, psycopg.connect(server.url, autocommit=True) as database:
        database.execute(statement)


def write(file: Path, **headers: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(mail(to=ADMIN, message_id=f"<{file.stem}@example.org>", **headers))
    return file


def test_where_nothing_is_set_up_nothing_is_taken_in_and_nothing_made(empty: Instance, tmp_path: Path) -> None:
    nothing = Instance(tmp_path / "data")
    single = write(tmp_path / "single.eml", text="Einzeln")
    for instance in (nothing, empty):
        for command in (["intake", single], ["mail"]):
            told = instance.run(*command)
            assert (told.exit, told.out) == (1, "")
            assert told.err.startswith(f"No instance is set up in {instance.data}; nothing was taken in.")
            assert "anliegen setup" in told.err and "Traceback" not in told.err
    assert not nothing.data.exists()


def test_setting_up_answers_with_an_invitation(house: tuple[Instance, Told]) -> None:
    told = house[1]
    assert (told.exit, told.err) == (0, "")
    assert (told.json["organisation"], told.json["admin"]) == ("Stadtwerke Musterstadt", ADMIN)
    assert told.json["invitation"].startswith("http://127.0.0.1:8000/workspace/invitation/inv_")


def test_setting_up_twice_is_refused(anliegen: Instance) -> None:
    told = anliegen.run("setup", "--organisation", "Andere", "--admin", "a@example.org", "--json")
    assert (told.exit, told.out) == (1, "")
    assert told.err == "This instance is set up already; nothing was changed.\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--admin", "keine-adresse"], "keine-adresse"),
        (["--admin", ADMIN, "--password-file", "/nowhere/password"], "/nowhere/password"),
        (["--admin", ADMIN, "--state", "Sachsen"], "Sachsen"),
        (["--admin", ADMIN, "--phone", "keine Nummer"], "keine Nummer"),
    ],
)
def test_setting_up_with_something_wrong_says_what_and_changes_nothing(
    empty: Instance, arguments: list[str], named: str
) -> None:
    told = empty.run("setup", "--organisation", "Stadtwerke", *arguments)
    assert (told.exit, told.out) == (1, "")
    assert named in told.err
    assert "Nothing was changed" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("password", "because"),
    [
        (b"kurz", "This password is too short. It must contain at least 10 characters."),
        (b"", "This password is too short. It must contain at least 10 characters."),
        (b"1234567890", "This password is too common."),
        (b"jana@musterstadt", "The password is too similar to the e-mail address."),
        (b"\xff\xfe\x00geheimnisvoll", "This is no text in UTF-8."),
    ],
)
def test_the_first_password_must_be_as_strong_as_every_other(
    empty: Instance, tmp_path: Path, password: bytes, because: str
) -> None:
    file = tmp_path / "password"
    file.write_bytes(password)
    told = empty.run("setup", "--organisation", "Stadtwerke", "--admin", ADMIN, "--password-file", file)
    assert (told.exit, told.out, told.err) == (1, "", f"{file}: {because} Nothing was changed.\n")
    assert empty.run("setup", "--organisation", "Stadtwerke", "--admin", "x", "--json").exit == 1  # still not set up


def test_the_command_line_speaks_one_language(empty: Instance, anliegen: Instance, tmp_path: Path) -> None:
    told = empty.run("setup", "--organisation", "Stadtwerke", "--admin", "keineadresse")
    assert told.err == "keineadresse is no e-mail address, such as name@example.org. Nothing was changed.\n"
    taken = anliegen.run("intake", write(tmp_path / "said.eml", text="Guten Tag"))
    assert taken.out.endswith(" - It answers nothing we know, so it opened a concern for the mailbox's team.\n")


@pytest.mark.parametrize(
    "arguments", [["intake", "--nonsense", "x"], ["setup", "--organisation", "Nur so"], ["gibtsnicht"], ["seed"]]
)
def test_wrong_usage_ends_with_two(empty: Instance, arguments: list[str]) -> None:
    told = empty.run(*arguments)
    assert (told.exit, told.out) == (2, "")
    assert told.err


def test_a_token_is_printed_once_and_nobody_elses(anliegen: Instance) -> None:
    told = anliegen.run("token", "create", "--agent", ADMIN.upper(), "--scope", "write, read", "--json")
    assert (told.exit, told.json["agent"], told.json["scopes"]) == (0, ADMIN, ["read", "write"])
    assert told.json["token"].startswith("anl_")
    for wrong in (["--agent", "niemand@example.org"], ["--agent", ADMIN, "--scope", "read,admin"]):
        refused = anliegen.run("token", "create", *wrong)
        assert (refused.exit, refused.out) == (1, "")


def test_mails_come_in_from_files_directories_boxes_and_standard_input(anliegen: Instance, tmp_path: Path) -> None:
    single = write(tmp_path / "single.eml", text="Einzeln")
    folder = [write(tmp_path / "folder" / "deep" / "b.eml", text="B"), write(tmp_path / "folder" / "a.eml", text="A")]
    mbox, maildir = mailbox.mbox(tmp_path / "box.mbox"), mailbox.Maildir(tmp_path / "maildir")
    for number in range(2):
        raw = mail(to=ADMIN, message_id=f"<box{number}@example.org>", text=f"Kiste {number}")
        mbox.add(raw)
        maildir.add(mail(to=ADMIN, message_id=f"<dir{number}@example.org>", text=f"Ordner {number}"))
    mbox.close()
    absence = mail(to=ADMIN, message_id="<abwesend@example.org>", Auto_Submitted="auto-replied", text="Im Urlaub")

    told = anliegen.run(
        "intake", single, tmp_path / "folder", tmp_path / "box.mbox", tmp_path / "maildir", single, "-", "--json",
        given=absence,
    )  # fmt: skip
    assert (told.exit, told.err) == (0, "")
    assert all(list(line) == ["source", "intake", "result", "ticket", "reason"] for line in told.lines)
    assert [line["source"] for line in told.lines] == [
        str(single), *map(str, sorted(folder)), f"{tmp_path}/box.mbox:1", f"{tmp_path}/box.mbox:2",
        f"{tmp_path}/maildir:1", f"{tmp_path}/maildir:2", str(single), "-",
    ]  # fmt: skip
    assert [line["result"] for line in told.lines] == ["created"] * 7 + ["duplicate", "automatic"]
    tickets = [line["ticket"] for line in told.lines]
    assert len(set(tickets[:7])) == 7
    assert (tickets[7], tickets[8]) == (tickets[0], None)
    assert told.lines[0]["reason"] == "mailbox"
    assert len({line["intake"] for line in told.lines}) == 9


def test_what_cannot_be_read_is_told_and_stops_nothing(anliegen: Instance, tmp_path: Path) -> None:
    good = write(tmp_path / "after.eml", text="Danach")
    told = anliegen.run("intake", tmp_path / "missing.eml", good, "--mailbox", ADMIN, "--json")
    assert (told.exit, [line["result"] for line in told.lines]) == (1, ["created"])
    assert "missing.eml: cannot be read" in told.err


def test_a_mail_is_explained_without_storing_anything(anliegen: Instance, tmp_path: Path) -> None:
    before = anliegen.run("journal", "verify", "--json").json["events"]
    quoting = write(tmp_path / "one.eml", text="Danke!\n\nAm 15.11.2026 um 10:00 schrieb Stadtwerke:\n> Guten Tag")
    second = write(tmp_path / "two.eml", text="Noch eine")
    told = anliegen.run("mail", "explain", quoting, tmp_path / "none.eml", second, "--json")
    assert (told.exit, "none.eml: No such file" in told.err) == (1, True)
    first, last = told.lines
    assert (set(first), set(last)) == (MAIL_KEYS, MAIL_KEYS)
    assert (first["from"], first["reply_text"]) == ({"name": "Kim Berger", "address": "kim@example.org"}, "Danke!")
    assert (first["date"], first["automatic"], first["bounce"]) == ("2026-11-16T10:00:00+01:00", None, None)
    assert set(first["authentication"]) == {"spf", "dkim", "dmarc", "signature", "arc", "verdict", "words"}
    assert anliegen.run("journal", "verify", "--json").json["events"] == before


def test_a_mail_is_explained_to_a_person_in_lines_and_to_a_program_in_one(empty: Instance, tmp_path: Path) -> None:
    file = write(tmp_path / "one.eml", text="Danke!")
    seen, told = empty.typed("mail", "explain", file), empty.run("mail", "explain", file)
    assert seen.startswith('{\r\n  "message_id": "one@example.org",\r\n')
    assert json.loads(seen) == told.json
    assert (len(told.lines), len(empty.typed("mail", "explain", file, "--json").splitlines())) == (1, 1)


def test_an_instance_with_real_tickets_is_not_seeded(anliegen: Instance, tmp_path: Path) -> None:
    anliegen.run("intake", write(tmp_path / "real.eml", text="Echt"))
    told = anliegen.run("seed", "--tickets", "5", "--json")
    assert (told.exit, told.out) == (1, "")
    assert "real tickets" in told.err


def test_the_doctor_says_what_is_well_and_what_to_do(anliegen: Instance) -> None:
    told = anliegen.run("doctor", "--json")
    checks = {check["check"]: check for check in told.json["checks"]}
    assert {"operator", "way to a person", "mailboxes", "database", "durable writes", "disk", "keys", "clock"} <= set(
        checks
    )
    assert all(set(check) == {"check", "ok", "seen", "advice"} for check in checks.values())
    assert checks["operator"] == {"check": "operator", "ok": True, "seen": "Stadtwerke Musterstadt", "advice": ""}
    assert told.json["ok"] is all(check["ok"] for check in checks.values())
    assert told.exit == (0 if told.json["ok"] else 1)
    assert all(check["advice"] for check in checks.values() if not check["ok"])


def test_the_whole_instance_goes_out_is_checked_and_comes_in_elsewhere(
    anliegen: Instance, empty: Instance, tmp_path: Path
) -> None:
    place = tmp_path / "export"
    out = anliegen.run("export", "--to", place, "--json")
    assert (out.exit, set(out.json)) == (0, {"ok", "counts", "hashes", "problems"})
    assert out.json["counts"]["accounts_agent"] == 1
    assert anliegen.run("export", "--to", place).exit == 1  # nothing is written over
    checked = anliegen.run("verify", place, "--json")
    assert (checked.exit, checked.json["ok"], checked.json["counts"]) == (0, True, out.json["counts"])
    assert anliegen.run("import", "--from", place).exit == 1  # this instance is not empty
    came = empty.run("import", "--from", place, "--json")
    assert (came.exit, came.json["counts"], came.json["hashes"]) == (0, out.json["counts"], out.json["hashes"])
    here, there = (each.run("journal", "verify", "--json") for each in (anliegen, empty))
    assert (there.exit, there.json) == (0, here.json)
    for table in sorted((place / "tables").glob("accounts_agent.*")):
        table.write_bytes(table.read_bytes().replace(b"jana", b"hans"))
    spoilt = anliegen.run("verify", place, "--json")
    assert (spoilt.exit, spoilt.json["ok"]) == (1, False)


# What a command of a second spends most of its time with: Python looking through modules, and modules nobody needs.
BEGUN = """
import gc, json, sys
from anliegen.config.cli.program import instance
with instance():
    print(json.dumps([gc.isenabled(), gc.get_freeze_count(), sum(gc.get_count()), "ninja" in sys.modules]))
"""


def test_a_command_looks_through_nothing_that_it_imported_and_reads_nothing_of_the_api(empty: Instance) -> None:
    searches, passed_over, looked_through, has_the_api = empty.python(BEGUN).json
    assert searches
    assert passed_over > 100_000 > looked_through
    assert not has_the_api


# Last, since it breaks the journal for good.
def test_the_journal_is_checked_and_the_first_bad_place_named(anliegen: Instance) -> None:
    whole = anliegen.run("journal", "verify", "--json")
    assert (whole.exit, whole.json["ok"], whole.json["first_bad"]) == (0, True, None)
    assert set(whole.json) >= {"ok", "events", "head", "first_bad"}
    change_database(anliegen, "UPDATE journal_event SET actor = 'agent:99' WHERE position = 3")
    broken = anliegen.run("journal", "verify", "--json")
    assert (broken.exit, broken.json["ok"], broken.json["first_bad"]) == (1, False, 3)
