"""Mail is fetched by IMAP: all of it, each once, and nothing is changed there."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from anliegen.flow.channels.mailroom import fetch
from anliegen.flow.channels.mailroom.sources import FROM_NOW, change_source, create_source, remove_source
from anliegen.flow.channels.models import Intake, Source
from anliegen.ground import clock, secrets
from anliegen.ground.egress.models import Destination, EgressCall
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox

from .conftest import fetch_again, stored
from .servers import Folder, Server

pytestmark = pytest.mark.django_db


def verbs_of(source: Source) -> list[str]:
    return list(Event.objects.filter(subject=f"source:{source.pk}").order_by("id").values_list("verb", flat=True))


def test_what_lies_in_the_folder_is_taken_in_once_and_byte_by_byte(source: Source, folder: Folder) -> None:
    folder.add(b"Subject: eins\r\n\r\n\xe4\xf6\x00")
    folder.add(b"Subject: zwei\r\n\r\nHallo")
    after = fetch_again(source)
    fetch_again(source)
    assert stored() == [b"Subject: eins\r\n\r\n\xe4\xf6\x00", b"Subject: zwei\r\n\r\nHallo"]
    lines = Intake.objects.order_by("pk").values_list("source", "remote_key", "envelope_to", "result")
    assert list(lines) == [
        (f"imap:{source.pk}", "7/1", ["service@musterstadt.example"], "received"),
        (f"imap:{source.pk}", "7/2", ["service@musterstadt.example"], "received"),
    ]
    assert (after.uid_validity, after.last_uid, after.error) == (7, 2, "")
    assert after.fetched_at is not None


def test_new_mail_is_taken_in_at_the_next_fetch(source: Source, folder: Folder) -> None:
    folder.add(b"eins")
    fetch_again(source)
    folder.add(b"zwei")
    assert fetch_again(source).last_uid == 2
    assert stored() == [b"eins", b"zwei"]


def test_nothing_is_changed_on_the_server(source: Source, folder: Folder) -> None:
    folder.add(b"eins")
    fetch_again(source)
    done = {command.split()[0] for command in folder.commands}
    assert done == {"CAPABILITY", "LOGIN", "STATUS", "EXAMINE", "UID", "LOGOUT"}
    assert [c for c in folder.commands if c.startswith("UID FETCH")] == ["UID FETCH 1 (BODY.PEEK[])"]


def test_a_source_from_now_on_leaves_what_lies_there(
    mailbox: Mailbox, fields: dict[str, Any], folder: Folder, jana: Actor, now: datetime
) -> None:
    source = create_source(mailbox, actor=jana, at=now, **fields | {"last_uid": FROM_NOW})
    folder.add(b"alt")
    assert fetch_again(source).last_uid == 1
    folder.add(b"neu")
    fetch_again(source)
    assert stored() == [b"neu"]


def test_a_fetch_that_broke_off_goes_on_where_it_was(source: Source, folder: Folder) -> None:
    folder.add(b"eins")
    fetch_again(source)
    folder.add(b"zwei")
    folder.add(b"drei")
    folder.breaks_off_at = "FETCH 3"
    broken = fetch_again(source)
    assert (stored(), broken.last_uid, broken.error) == ([b"eins", b"zwei"], 2, "broken_off")
    folder.breaks_off_at = "never"
    fetch_again(source)
    assert stored() == [b"eins", b"zwei", b"drei"]


def test_the_first_fetch_that_broke_off_begins_again_and_doubles_nothing(source: Source, folder: Folder) -> None:
    folder.add(b"eins")
    folder.add(b"zwei")
    folder.breaks_off_at = "FETCH 2"
    assert fetch_again(source).uid_validity is None
    folder.breaks_off_at = "never"
    assert fetch_again(source).uid_validity == 7
    assert stored() == [b"eins", b"zwei"]


def test_a_folder_numbered_anew_is_read_back_a_few_days_and_no_further(source: Source, folder: Folder) -> None:
    fetch_again(source)
    today = clock.now().date()
    folder.add(b"alt", on=today - timedelta(days=30))
    folder.add(b"frisch", on=today)
    folder.number_anew()
    after = fetch_again(source)
    assert stored() == [b"frisch"]
    assert (after.uid_validity, after.last_uid) == (8, 2)


def test_a_mail_deleted_in_that_very_moment_stops_nothing(source: Source, folder: Folder) -> None:
    folder.add(b"eins")
    gone = folder.add(b"zwei")
    folder.mails[gone] = b""
    folder.add(b"drei")
    fetch_again(source)
    assert stored() == [b"eins", b"drei"]


def test_a_wrong_password_is_noted_once_and_tried_later_and_later(source: Source, folder: Folder) -> None:
    folder.password = "anders"
    before = clock.now()
    first = fetch_again(source)
    assert (first.error, first.attempts, first.failed_at is not None) == ("login", 1, True)
    second = fetch_again(source)
    assert second.retry_at is not None and second.retry_at - before > timedelta(seconds=110)
    assert second.failed_at == first.failed_at
    assert verbs_of(source) == ["setting.created", "source.failed"]
    assert Event.objects.get(verb="source.failed").data == {"reason": "login"}


def test_a_source_that_works_again_says_so(source: Source, folder: Folder) -> None:
    folder.password = "anders"
    fetch_again(source)
    folder.password = "geheim"
    again = fetch_again(source)
    assert (again.error, again.failed_at, again.attempts, again.retry_at) == ("", None, 0, None)
    assert verbs_of(source)[-1] == "source.recovered"


def test_a_pause_never_grows_beyond_an_hour(source: Source, folder: Folder) -> None:
    folder.password = "anders"
    Source.objects.filter(pk=source.pk).update(attempts=500)
    tried = fetch_again(source)
    assert tried.retry_at is not None and tried.retry_at <= clock.now() + timedelta(hours=1)


def test_a_password_beyond_ascii_logs_in(
    mailbox: Mailbox, fields: dict[str, Any], folder: Folder, jana: Actor, now: datetime
) -> None:
    folder.password = "Grüße"
    source = create_source(mailbox, actor=jana, at=now, **fields | {"password": "Grüße"})
    assert fetch.check(source) is None


def test_an_unknown_folder_is_named_as_the_trouble(source: Source, jana: Actor, now: datetime) -> None:
    changed = change_source(source, folder="Eingang", actor=jana, at=now)
    trouble = fetch.check(changed)
    assert trouble is not None and trouble.code == "folder"


def test_a_server_that_is_not_there_is_named_as_the_trouble(source: Source, server: Server) -> None:
    server.shutdown()
    server.server_close()
    trouble = fetch.check(source)
    assert trouble is not None and trouble.code == "connect_failed"


def test_checking_fetches_nothing_and_notes_nothing(source: Source, folder: Folder) -> None:
    folder.add(b"eins")
    assert fetch.check(source) is None
    assert not Intake.objects.exists()
    assert Source.objects.get(pk=source.pk).fetched_at is None


def test_a_key_that_changed_asks_for_the_password_again(source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(password=b"x" * 40)
    trouble = fetch.check(Source.objects.get(pk=source.pk))
    assert trouble is not None and trouble.code == "password_locked"


def test_only_one_worker_is_at_a_source(source: Source, folder: Folder) -> None:
    folder.add(b"eins")
    Source.objects.filter(pk=source.pk).update(retry_at=clock.now() + timedelta(minutes=5))
    fetch.fetch(source_id=source.pk)
    assert folder.commands == []


def test_a_source_that_is_off_or_gone_is_not_fetched(
    source: Source, folder: Folder, jana: Actor, now: datetime
) -> None:
    change_source(source, is_active=False, actor=jana, at=now)
    fetch_again(source)
    assert folder.commands == []
    remove_source(source, actor=jana, at=now)
    fetch.fetch(source_id=source.pk)
    assert folder.commands == []


def test_each_minute_queues_the_sources_whose_time_has_come(
    source: Source, mailbox: Mailbox, fields: dict[str, Any], jana: Actor, now: datetime
) -> None:
    waits = create_source(mailbox, actor=jana, at=now, **fields | {"username": "waits"})
    Source.objects.filter(pk=waits.pk).update(retry_at=clock.now() + timedelta(minutes=5))
    create_source(mailbox, actor=jana, at=now, **fields | {"username": "off", "is_active": False})
    fetch.fetch_due(0)
    fetch.fetch_due(60)
    queued = ProcrastinateJob.objects.filter(task_name__endswith="mailroom.fetch.fetch")
    assert [job.args for job in queued] == [{"source_id": source.pk}]


def test_the_call_is_in_the_ledger_of_outgoing_connections(source: Source) -> None:
    fetch_again(source)
    call = EgressCall.objects.get()
    assert (call.purpose, call.result, call.destination_id) == ("imap", "ok", Destination.objects.get().pk)


def test_the_password_is_kept_locked(source: Source) -> None:
    kept = bytes(Source.objects.get(pk=source.pk).password)
    assert b"geheim" not in kept
    assert secrets.unlock(kept) == "geheim"


def test_a_source_registers_its_server_with_the_person_responsible(source: Source, mira: Agent) -> None:
    destination = Destination.objects.get()
    assert (destination.scheme, destination.host, destination.port) == ("imap", "127.0.0.1", source.port)
    assert (destination.responsible, destination.allow_private) == (f"agent:{mira.pk}", True)


def test_a_source_that_moves_takes_its_registration_along(source: Source, jana: Actor, now: datetime) -> None:
    fetch_again(source)
    moved = change_source(
        source, host="imap.example.org", port=993, security="tls", password="geheim", actor=jana, at=now
    )
    active = Destination.objects.active().values_list("scheme", "host", "port")
    assert list(active) == [("imaps", "imap.example.org", 993)]
    assert (moved.uid_validity, moved.last_uid) == (None, FROM_NOW)


def test_a_way_out_stays_open_while_another_source_needs_it(
    source: Source, mailbox: Mailbox, fields: dict[str, Any], jana: Actor, now: datetime
) -> None:
    other = create_source(mailbox, actor=jana, at=now, **fields | {"username": "zweite"})
    remove_source(source, actor=jana, at=now)
    assert Destination.objects.active().count() == 1
    change_source(other, is_active=False, actor=jana, at=now)
    assert Destination.objects.active().count() == 0


def test_an_empty_or_equal_password_changes_nothing(source: Source, jana: Actor, now: datetime) -> None:
    change_source(source, password="", actor=jana, at=now)
    change_source(source, password="geheim", actor=jana, at=now)
    assert verbs_of(source) == ["setting.created"]
    change_source(source, password="neu", actor=jana, at=now)
    assert Event.objects.filter(verb="setting.changed").get().data == {"fields": ["password"]}
    assert secrets.unlock(Source.objects.get(pk=source.pk).password) == "neu"
