"""What an operator may have written wrongly: told in a line each, before anything begins."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from anliegen.config import environment

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
WRONG = {
    "ANLIEGEN_PORT": ("99999", "ANLIEGEN_PORT is '99999': it must be a number from 0 to 65535, such as 8000."),
    "ANLIEGEN_SMTP_PORT": ("many", "ANLIEGEN_SMTP_PORT is 'many': it must be a number from 0 to 65535, such as 8025."),
    "ANLIEGEN_DEBUG": ("vielleicht", "ANLIEGEN_DEBUG is 'vielleicht': it must be true or false, such as false."),
    "ANLIEGEN_WEB_THREADS": ("0", "ANLIEGEN_WEB_THREADS is '0': it must be a number from 1 to 64, such as 8."),
    "ANLIEGEN_LOG_FORMAT": ("xml", "ANLIEGEN_LOG_FORMAT is 'xml': it must be plain or json, such as json."),
    "ANLIEGEN_STALLED_AFTER_S": (
        "bald", "ANLIEGEN_STALLED_AFTER_S is 'bald': it must be a number of seconds above 0, such as 60.",
    ),
    "ANLIEGEN_HOST": (
        "http://127.0.0.1",
        "ANLIEGEN_HOST is 'http://127.0.0.1': it must be an address or name of this machine, without a port, such as"
        " 127.0.0.1.",
    ),
    "ANLIEGEN_MAIL_FOLDERS": (
        "/var/mail:Maildir",
        "ANLIEGEN_MAIL_FOLDERS is '/var/mail:Maildir': it must be whole paths that begin with /, with : between, such"
        " as /var/mail:/home/service/Maildir.",
    ),
    "ANLIEGEN_DATA": (
        "/proc/x",
        "ANLIEGEN_DATA is '/proc/x': No such file or directory. It must be a directory that this account may write in,"
        " such as /var/lib/anliegen.",
    ),
}  # fmt: skip
SMTP = "such as smtp://user:password@mail.example.org:587?tls=starttls."
BASE = "an address that begins with http:// or https:// and names a host, such as https://service.example.org."


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("ANLIEGEN_", "DATABASE_URL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path / "data"))


def refused() -> str:
    with pytest.raises(environment.WrongEnvironment) as wrong:
        environment.read()
    return str(wrong.value)


@pytest.mark.parametrize("name", WRONG)
def test_a_value_that_cannot_be_meant_is_told_with_what_is_allowed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value, words = WRONG[name]
    monkeypatch.setenv(name, value)
    assert refused() == words


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLIEGEN_PORT", "0x1")
    monkeypatch.setenv("ANLIEGEN_DEMO", "ja")
    assert [line.partition(" ")[0] for line in refused().splitlines()] == ["ANLIEGEN_PORT", "ANLIEGEN_DEMO"]


def test_a_file_is_no_data_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path / "file"))
    assert refused().startswith(f"ANLIEGEN_DATA is '{tmp_path}/file': that is a file. It must be a directory")


@pytest.mark.parametrize(
    "value", ["service.example.org", "https://", "ftp://service.example.org", "https://a.example:0", "https://a b.de"]
)
def test_links_in_mails_need_a_whole_address(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLIEGEN_BASE_URL", value)
    assert refused() == f"ANLIEGEN_BASE_URL is '{value}': it must be {BASE}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("mail.example.org", "mail.example.org"),
        ("mail.example.org:587", "mail.example.org:587"),
        ("http://mail.example.org", "http://mail.example.org"),
        ("http://kim:geheim@mail.example.org", "http://***@mail.example.org"),
        ("kim:geheim@mail.example.org:587", "***@mail.example.org:587"),
        ("smtp://kim:ge/he@im@mail.example.org", "smtp://***@mail.example.org"),
        ("smtp://kim:geheim", "smtp://kim:***"),
        ("smtp://kim:ge://heim@mail.example.org:x", "smtp://***@mail.example.org:x"),
    ],
)
def test_a_wrong_mail_server_is_told_and_its_password_is_not(
    value: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANLIEGEN_SMTP_URL", value)
    must = "it must be an address that begins with smtp:// or smtps:// and names a host"
    assert refused() == f"ANLIEGEN_SMTP_URL is '{shown}': {must}, {SMTP}"


def test_an_option_of_the_mail_server_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLIEGEN_SMTP_URL", "smtp://mail.example.org?tls=ja")
    assert ": of options it takes tls=starttls and tls=none only. It must be" in refused()


def test_a_wrong_database_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://kim:geheim@db.example.org/name?password=geheim")
    assert refused() == (
        "DATABASE_URL is 'mysql://***@db.example.org/name?password=***': DATABASE_URL must begin with postgresql:// (no"
        " other kind of database is supported). It must be the address of a PostgreSQL, such as"
        " postgresql://user:password@host:5432/name."
    )


def test_of_a_file_with_a_secret_nothing_is_repeated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("geheim")
    monkeypatch.setenv("ANLIEGEN_SMTP_URL_FILE", str(file))
    assert refused().startswith(f"ANLIEGEN_SMTP_URL_FILE is '{file}', and what it holds cannot be used: it must be")
    assert "geheim" not in refused()
    monkeypatch.setenv("ANLIEGEN_SMTP_URL_FILE", "/nowhere/secret")
    assert refused() == (
        "ANLIEGEN_SMTP_URL_FILE is '/nowhere/secret': No such file or directory. It must be the path of a file that can"
        " be read, such as /run/secrets/anliegen_smtp_url."
    )


def test_what_is_right_is_taken_and_what_is_empty_counts_as_not_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = {
        "PORT": "8001", "HOST": "::1", "BASE_URL": "https://service.example.org:8443", "DEBUG": "Yes", "DEMO": "",
        "SMTP_URL": "smtp://kim:ge%40heim@[::1]:587?tls=starttls", "MAIL_FOLDERS": "/var/mail:/srv/mail",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"ANLIEGEN_{name}", value)
    made = environment.read()
    assert (made.port, made.host, made.base_url, made.debug, made.demo, made.smtp_url, made.mail_folders) == (
        8001, "::1", given["BASE_URL"], True, False, given["SMTP_URL"], given["MAIL_FOLDERS"],
    )  # fmt: skip
    assert (made.smtp_port, made.web_threads, made.data) == (8025, 8, tmp_path / "data")


def test_a_name_that_nobody_reads_is_told_with_the_one_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATEN", "DATABASE_URL", "SMTP_URL_FIEL", "KAFFEE", "PARENT", "CORPUS", "TEST_FORBID_SKIPS", "PORT"):
        monkeypatch.setenv(f"ANLIEGEN_{name}", "1")
    assert environment.strangers() == [
        "ANLIEGEN_DATABASE_URL is not known and does nothing; did you mean DATABASE_URL?",
        "ANLIEGEN_DATEN is not known and does nothing; did you mean ANLIEGEN_DATA?",
        "ANLIEGEN_KAFFEE is not known and does nothing; docs/configuration.md names the known ones.",
        "ANLIEGEN_SMTP_URL_FIEL is not known and does nothing; did you mean ANLIEGEN_SMTP_URL_FILE?",
    ]


def test_what_is_known_is_what_is_written_down() -> None:
    named = set(re.findall(r"\b(?:ANLIEGEN_[A-Z_]+[A-Z]|DATABASE_URL(?:_FILE)?)\b", DOCUMENTED.read_text("utf-8")))
    assert named == {*environment.KNOWN, *environment.SET_BY_THE_PROGRAM}


@pytest.mark.parametrize("module", ["anliegen", "anliegen.config.processes"])
def test_every_way_to_start_ends_with_one_and_the_reason(module: str, tmp_path: Path) -> None:
    given = os.environ | {
        "ANLIEGEN_DATA": str(tmp_path), "ANLIEGEN_WEB_THREADS": "0", "ANLIEGEN_BASE_URL": "service.example.org",
    }  # fmt: skip
    command = [sys.executable, "-m", module, *(["doctor"] if module == "anliegen" else [])]
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=60)
    lines = [line.removeprefix("anliegen | ").partition(":")[0] for line in done.stderr.splitlines()]
    assert (done.returncode, done.stdout) == (1, "")
    assert lines == ["ANLIEGEN_BASE_URL is 'service.example.org'", "ANLIEGEN_WEB_THREADS is '0'"]
