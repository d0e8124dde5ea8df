"""The same stories as with the doubles, against a real Dovecot."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from anliegen.flow.channels.mailroom import compare, fetch
from anliegen.flow.channels.mailroom.beginning import Counted
from anliegen.flow.channels.mailroom.sources import EVERYTHING, FROM_NOW, UNDECIDED, UNREAD, create_source, decide
from anliegen.flow.channels.models import Intake, Source
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Mailbox
from tests import needs

from .conftest import aside, fetch_again, stored
from .dovecot import PROGRAM, Dovecot, started
from .servers import letter
from .test_watch import until, watching

pytestmark = pytest.mark.django_db


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    if PROGRAM is None:
        needs.is_missing("no Dovecot here: install dovecot-imapd and dovecot-pop3d")
    # Not below pytest's own folder, which is closed to the users that a mail server runs under.
    with TemporaryDirectory(prefix="anliegen-dovecot-") as place:
        running = started(Path(place))
        yield running
        running.stop()


@pytest.fixture
def make(mailbox: Mailbox, dovecot: Dovecot, jana: Actor) -> Callable[..., Source]:
    def source(kind: str = "imap", choice: int = EVERYTHING, **fields: Any) -> Source:
        return create_source(
            mailbox, kind=kind, host="127.0.0.1", port=getattr(dovecot, kind), security="none", username="service",
            password="geheim", folder="INBOX" if kind == "imap" else "", allow_private=True, last_uid=choice,
            actor=jana, at=clock.now(), **fields,
        )  # fmt: skip

    return source


def names(mails: list[bytes]) -> list[str]:
    return [mail.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for mail in mails]


def test_each_mail_once_byte_by_byte_and_left_as_it_was(make: Callable[..., Source], dovecot: Dovecot) -> None:
    raw = letter("eins", body="Grüße\r\n" + "x" * 5000 + "\r\n.\r\n")
    dovecot.deliver(raw, name="1.a")
    source = make()
    assert fetch_again(source).error == ""
    dovecot.deliver(letter("zwei"), name="2.b")
    fetch_again(source)
    fetch_again(source)
    assert stored() == [raw, letter("zwei")]
    assert fetch.count_what_lies_there(source) == Counted(all=2, unread=2, today=2)


def test_what_lies_there_is_counted_and_taken_in_as_decided(
    make: Callable[..., Source], dovecot: Dovecot, jana: Actor
) -> None:
    dovecot.deliver(letter("gelesen"), name="1.a", is_read=True)
    dovecot.deliver(letter("ungelesen"), name="2.b")
    source = make(choice=UNDECIDED)
    assert fetch.count_what_lies_there(source) == Counted(all=2, unread=1, today=2)
    decide(source, UNREAD, actor=jana, at=clock.now())
    fetch_again(source)
    assert names(stored()) == ["ungelesen"]
    assert [state for _key, state in aside(source)] == ["left"]


def test_a_folder_numbered_anew_doubles_nothing_and_loses_nothing(
    make: Callable[..., Source], dovecot: Dovecot
) -> None:
    dovecot.deliver(letter("eins"), name="1.a")
    dovecot.deliver(letter("zwei"), name="2.b")
    source = make()
    before = fetch_again(source).uid_validity
    dovecot.number_anew()
    dovecot.deliver(letter("drei"), name="3.c")
    after = fetch_again(source)
    assert after.uid_validity != before
    assert sorted(names(stored())) == ["drei", "eins", "zwei"]


def test_the_mailbox_and_the_ledger_are_compared(make: Callable[..., Source], dovecot: Dovecot) -> None:
    dovecot.deliver(letter("alt"), name="1.a")
    source = make(choice=FROM_NOW)
    fetch_again(source)
    dovecot.deliver(letter("neu"), name="2.b")
    fetch_again(source)
    line = Intake.objects.get()
    Intake.objects.filter(pk=line.pk).update(remote_key="", remote_mark="")  # as if it had never come
    Source.objects.update(retry_at=None)
    compare.compare(source_id=source.pk, actor=SYSTEM.ref)
    assert [state for _key, state in aside(source)] == ["left", "missing"]
    compare.fetch_missing(source_id=source.pk)
    assert names(stored()) == ["neu", "neu"]


def test_pop3_takes_each_once_and_deletes_what_is_ours(make: Callable[..., Source], dovecot: Dovecot) -> None:
    dovecot.deliver(letter("eins", body=".punkt\r\n" + "y" * 3000), name="1.a")
    source = make("pop3")
    fetch_again(source)
    assert fetch_again(source).error == ""
    assert stored() == [letter("eins", body=".punkt\r\n" + "y" * 3000)]
    Source.objects.update(deletes=True)
    dovecot.deliver(letter("zwei"), name="2.b")
    fetch_again(source)
    assert names(stored()) == ["eins", "zwei"]
    box = dovecot.place / "mail" / "service"
    assert [*(box / "new").iterdir(), *(box / "cur").iterdir()] == []


def test_an_unknown_folder_is_named(make: Callable[..., Source], dovecot: Dovecot) -> None:
    source = make()
    assert fetch.check(source) is None
    trouble = fetch.check(_with(source, folder="Eingang"))
    assert trouble is not None and trouble.code == "folder"


def _with(source: Source, **fields: Any) -> Source:
    for name, value in fields.items():
        setattr(source, name, value)
    return source


@pytest.mark.django_db(transaction=True)
def test_new_mail_is_here_within_two_seconds(make: Callable[..., Source], dovecot: Dovecot) -> None:
    make()
    with watching():
        until(lambda: Source.objects.get().listens and Source.objects.get().fetched_at is not None)
        for number in range(1, 4):
            dovecot.deliver(letter(f"mail{number}"), name=f"{number}.a")
            assert until(lambda number=number: Intake.objects.count() == number) < 2
    assert names(stored()) == ["mail1", "mail2", "mail3"]
