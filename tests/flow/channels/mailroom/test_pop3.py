"""Mail is fetched by POP3: each once, and deleted there only when it is ours."""

from datetime import date, datetime

import pytest
from django.utils import translation

from anliegen.flow.channels.mailroom import fetch
from anliegen.flow.channels.mailroom.places import pop3
from anliegen.flow.channels.mailroom.sources import TODAY, change_source
from anliegen.flow.channels.mailroom.troubles import explain
from anliegen.flow.channels.models import Intake, Source
from anliegen.ground.egress.models import Destination, EgressCall
from anliegen.ground.journal.actors import Actor

from .conftest import aside, fetch_again, stored
from .servers import Folder, Server, letter

pytestmark = pytest.mark.django_db
LONG_AND_DOTTED = letter("punkt", body=f".\r\n..zwei\r\n{'x' * 5000}\r\n\xe4\r\n")


@pytest.fixture
def deleting(pop_source: Source, jana: Actor, now: datetime) -> Source:
    return change_source(pop_source, deletes=True, actor=jana, at=now)


def test_what_lies_there_is_taken_in_once_and_byte_by_byte(pop_source: Source, folder: Folder) -> None:
    folder.add(LONG_AND_DOTTED)
    folder.add(letter("zwei"))
    fetch_again(pop_source)
    folder.add(letter("drei"))
    assert fetch_again(pop_source).error == ""
    assert stored() == [LONG_AND_DOTTED, letter("zwei"), letter("drei")]
    assert len(folder.mails) == 3
    assert Intake.objects.order_by("pk")[1].remote_key == f"u2/{len(letter('zwei'))}"
    assert EgressCall.objects.latest("id").scheme == "pop3"


def test_a_wrong_password_is_named(pop_source: Source, folder: Folder) -> None:
    folder.password = "anders"
    assert fetch_again(pop_source).error == "login"


def test_what_is_ours_is_deleted_there(deleting: Source, folder: Folder) -> None:
    folder.add(letter("eins"))
    fetch_again(deleting)
    assert (stored(), folder.mails) == ([letter("eins")], {})


def test_nothing_is_deleted_that_could_not_be_stored(
    deleting: Source, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.add(letter("eins"))

    def full(_content: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("anliegen.ground.files.put", full)
    assert fetch_again(deleting).error == "disk"
    assert list(folder.mails.values()) == [letter("eins")]


def test_what_could_not_be_deleted_then_is_deleted_later(deleting: Source, folder: Folder) -> None:
    folder.add(letter("eins"))
    folder.breaks_off_at = "QUIT"
    fetch_again(deleting)
    assert len(folder.mails) == 1
    folder.breaks_off_at = "never"
    fetch_again(deleting)
    assert (folder.mails, Intake.objects.count()) == ({}, 1)


def test_another_mail_of_a_known_name_and_size_is_not_deleted(deleting: Source, folder: Folder) -> None:
    """A server that numbers its mails gives the name of a deleted one to the next."""
    folder.uidl = {1: "1", 2: "1"}
    folder.add(letter("eins"))
    fetch_again(deleting)
    folder.add(letter("zwei"))  # of the same size
    fetch_again(deleting)
    assert list(folder.mails.values()) == [letter("zwei")]


def test_mails_of_one_name_are_told_apart(pop_source: Source, folder: Folder) -> None:
    for name in ("eins", "zwei", "drei"):
        folder.uidl[folder.add(letter(name))] = "same"
    fetch_again(pop_source)
    fetch_again(pop_source)
    assert sorted(stored()) == sorted([letter("eins"), letter("zwei"), letter("drei")])


@pytest.mark.parametrize("oddities", [{"no-uidl"}, {"no-uidl", "no-top"}])
def test_a_server_without_names_is_read_too(pop_source: Source, folder: Folder, oddities: set[str]) -> None:
    folder.oddities = oddities
    folder.add(letter("eins"))
    folder.add(letter("zwei"))
    fetch_again(pop_source)
    fetch_again(pop_source)
    assert stored() == [letter("eins"), letter("zwei")]


def test_half_a_mail_is_no_mail(deleting: Source, folder: Folder) -> None:
    folder.breaks_off_within = folder.add(letter("eins"))
    assert fetch_again(deleting).error == "broken_off"
    assert (stored(), len(folder.mails)) == ([], 1)
    folder.breaks_off_within = 0
    fetch_again(deleting)
    assert (stored(), folder.mails) == ([letter("eins")], {})


def test_a_mail_that_is_refused_or_too_large_keeps_no_other_waiting(
    pop_source: Source, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pop3, "LARGEST", 1000)
    folder.refuses = {folder.add(letter("eins"))}
    folder.add(letter("riese", body="x" * 2000))
    folder.add(letter("drei"))
    fetch_again(pop_source)
    assert stored() == [letter("drei")]
    assert [state for _key, state in aside(pop_source)] == ["not-given", "too-large"]


def test_only_what_came_today_by_the_date_that_was_written(pop_source: Source, folder: Folder, now: datetime) -> None:
    Source.objects.update(last_uid=TODAY, from_day=date(2026, 11, 20))
    folder.add(letter("alt", at="Mon, 02 Nov 2026 10:00:00 +0100"))
    folder.add(letter("heute"))
    fetch_again(pop_source)
    assert stored() == [letter("heute")]


def test_a_server_that_stalls_is_left_and_named(pop_source: Source, folder: Folder) -> None:
    Destination.objects.update(timeout_s=1)
    folder.stalls_at = "UIDL"
    assert fetch_again(pop_source).error == "timeout"


def test_a_port_that_nobody_listens_at_is_answered_with_the_ports_of_pop3(
    pop_source: Source, pop_server: Server
) -> None:
    pop_server.shutdown()
    pop_server.server_close()
    with translation.override("en"):
        trouble = fetch.check(pop_source)
        assert trouble is not None
        assert (trouble.code, trouble.word) == ("connect_failed", "cannot be reached")
        assert trouble.next.startswith("Check port and encryption: 995 for TLS, 110 for STARTTLS.")
        assert explain("connect_failed").next.startswith("Check port and encryption: 993 for TLS, 143 for STARTTLS.")


def test_the_connection_is_tested(pop_source: Source, folder: Folder) -> None:
    assert fetch.check(pop_source) is None
