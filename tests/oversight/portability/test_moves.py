"""The whole instance out and in again: nothing is lost on the way, and damage shows."""

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground.journal import breaks, seal, tail
from anliegen.ground.journal.verify import verify as verify_journal
from anliegen.oversight.portability import check, export, places, restore, tables
from anliegen.oversight.portability.manifest import FILE_COLUMNS, LEFT_OUT, TABLES
from anliegen.records.accounts.models import Mailbox
from anliegen.records.tickets.models import Message, Ticket
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lived_in(mailbox: Mailbox) -> Ticket:
    """An instance with a ticket from a mail and a sealed journal."""
    ticket = take(mail()).ticket
    tail.seal_all()
    assert ticket is not None
    return ticket


def empty_the_database() -> None:
    call_command("flush", interactive=False, verbosity=0)


def test_every_table_is_exported_or_left_out_for_a_reason() -> None:
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    assert there - set(TABLES) - set(LEFT_OUT) == set()
    assert set(TABLES) - there == set()


def test_every_column_that_names_a_file_is_known() -> None:
    named = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.column == "sha256"
    }
    assert named == set(FILE_COLUMNS)


@pytest.mark.parametrize("name", ["out", "out.tar"])
def test_out_and_in_again_gives_the_same_instance(lived_in: Ticket, tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    made = (export.backup if name.endswith(".tar") else export.export)(place)
    raw = files.path(Intake.objects.values_list("sha256", flat=True)[0])
    empty_the_database()
    raw.unlink()
    found = restore.restore(place)
    assert (found.ok, found.counts, found.hashes) == (True, made.counts, made.hashes)
    assert (Ticket.objects.get().subject, Message.objects.count()) == (lived_in.subject, 1)
    assert raw.exists()
    assert verify_journal().ok


def test_a_backup_that_is_put_back_breaks_no_journal(
    lived_in: Ticket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the later head that lies in the data directory, nor one that was read after the tables, is missed."""
    write = export._write_files

    def work_on_meanwhile(*args: Any) -> Any:
        take(mail(subject="Noch etwas"))
        tail.seal_all()
        return write(*args)

    with monkeypatch.context() as patch:
        patch.setattr(export, "_write_files", work_on_meanwhile)
        export.backup(tmp_path / "out.tar")
    then = seal.last()
    empty_the_database()
    restore.restore(tmp_path / "out.tar")
    assert seal.last()[0] < then[0]
    take(mail(subject="Und noch etwas"))
    tail.seal_all()
    assert (verify_journal().ok, breaks.needs_somebody()) == (True, False)


def test_new_rows_after_an_import_get_new_keys(lived_in: Ticket, tmp_path: Path) -> None:
    export.export(tmp_path / "out")
    empty_the_database()
    restore.restore(tmp_path / "out")
    again = take(mail(message_id="<new@example.org>", text="Noch ein Anliegen")).ticket
    assert again is not None
    assert again.pk == lived_in.pk + 1


def test_a_changed_row_a_changed_file_and_a_missing_table_show(lived_in: Ticket, tmp_path: Path) -> None:
    export.export(tmp_path / "out")
    for damage in ("row", "file", "table"):
        copy = tmp_path / damage
        shutil.copytree(tmp_path / "out", copy)
        if damage == "row":
            table = copy / "tables" / "tickets_ticket.jsonl"
            table.write_text(table.read_text().replace(lived_in.subject, "Anders"))
        elif damage == "file":
            next(file for file in (copy / "files").rglob("*") if file.is_file()).write_bytes(b"x")
        else:
            (copy / "tables" / "tickets_message.jsonl").unlink()
        assert not check.verify(copy).ok
        empty_the_database()
        with pytest.raises(restore.Damaged):
            restore.restore(copy)
        assert tables.is_empty("tickets_ticket")


def test_a_key_that_was_changed_or_is_gone_shows(lived_in: Ticket, tmp_path: Path) -> None:
    whole = tmp_path / "out"
    export.export(whole)
    key = whole / "keys" / "journal_ed25519"
    kept = key.read_bytes()
    key.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    assert check.verify(whole).changed == ("key changed: journal_ed25519",)
    key.rename(key.with_name("another"))
    assert check.verify(whole).changed == ("key missing: journal_ed25519", "key changed: another")
    empty_the_database()
    with pytest.raises(restore.Damaged, match="key missing: journal_ed25519"):
        restore.restore(whole)


def test_an_export_of_before_its_list_named_keys_is_read_as_well(lived_in: Ticket, tmp_path: Path) -> None:
    place = tmp_path / "out"
    export.export(place)
    contents = json.loads((place / "manifest.json").read_text())
    del contents["keys"]
    (place / "manifest.json").write_text(json.dumps(contents))
    assert check.verify(place).ok


def test_a_key_whose_name_leads_out_of_the_data_directory_is_not_written(lived_in: Ticket, tmp_path: Path) -> None:
    place = tmp_path / "out.tar"
    export.backup(place)
    with tarfile.open(place, "a") as tar:
        tar.addfile(tarfile.TarInfo("keys/../../evil"))
    empty_the_database()
    with pytest.raises(places.NotAnExport, match=r"keys/../../evil is no name of a key"):
        restore.restore(place, even_if_damaged=True)
    assert not (files.data_path().parent / "evil").exists()


def test_an_instance_with_data_takes_nothing_in(lived_in: Ticket, tmp_path: Path) -> None:
    export.export(tmp_path / "out")
    with pytest.raises(restore.NotEmpty):
        restore.restore(tmp_path / "out")
    assert Ticket.objects.count() == 1


def test_a_place_that_is_taken_is_left_alone(lived_in: Ticket, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    with pytest.raises(places.PlaceTaken):
        export.export(tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["letter.txt"]


def test_something_else_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(places.NotAnExport):
        check.verify(tmp_path)


def test_a_file_that_is_missing_is_told_in_the_export(lived_in: Ticket, tmp_path: Path) -> None:
    sha256 = Intake.objects.values_list("sha256", flat=True)[0]
    files.path(sha256).unlink()
    made = export.export(tmp_path / "out")
    assert not made.ok
    assert made.problems == (f"file missing: {sha256}",)


@pytest.fixture(params=["out", "out.tar"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where to write: a folder, and a tar file."""
    return tmp_path / str(request.param)


def write_to(place: Path) -> export.Exported:
    return (export.backup if place.suffix else export.export)(place)


def stored(content: bytes) -> Path:
    """A mail that came in, and where its bytes lie."""
    return files.path(store_raw(content, source="smtp").sha256)


def test_a_changed_byte_is_told_and_all_else_comes_back(lived_in: Ticket, place: Path) -> None:
    changed = stored(b"Subject: Frage\r\n\r\nWann?")
    changed.write_bytes(b"Subject: Frage\r\n\r\nWenn?")
    made = write_to(place)
    assert (made.ok, made.problems, made.changed) == (False, (f"file damaged: {changed.name}",), ())
    verified = check.verify(place)
    assert (verified.ok, verified.problems, verified.changed) == (False, made.problems, ())
    empty_the_database()
    shutil.rmtree(files.data_path() / "files")
    found = restore.restore(place)
    assert (found.ok, found.problems, found.counts) == (False, made.problems, made.counts)
    assert Ticket.objects.get().subject == lived_in.subject
    assert files.get(Intake.objects.get(ticket=lived_in).sha256) == mail()
    assert changed.read_bytes() == b"Subject: Frage\r\n\r\nWenn?"  # what is left of it, for who wants to look
    with pytest.raises(files.FileDamaged):
        files.get(changed.name)


def test_a_missing_file_is_told_and_all_else_comes_back(lived_in: Ticket, place: Path) -> None:
    gone = stored(b"Subject: Frage\r\n\r\nWann?")
    gone.unlink()
    made = write_to(place)
    verified = check.verify(place)
    assert made.problems == verified.problems == (f"file missing: {gone.name}",)
    assert verified.changed == ()
    empty_the_database()
    found = restore.restore(place)
    assert (found.ok, found.problems, found.counts) == (False, made.problems, made.counts)
    assert (Ticket.objects.count(), gone.exists()) == (1, False)


def test_what_the_store_has_got_meanwhile_is_not_told_as_missing(lived_in: Ticket, place: Path) -> None:
    changed, gone = stored(b"Subject: eins"), stored(b"Subject: zwei")
    changed.write_bytes(b"Subject: einz")
    gone.unlink()
    write_to(place)
    empty_the_database()
    for whole in (b"Subject: eins", b"Subject: zwei"):
        files.put(whole)  # from an earlier backup
    assert restore.restore(place).ok
    assert files.get(changed.name) == b"Subject: eins"


def test_a_file_that_the_disk_does_not_give_is_told(lived_in: Ticket, place: Path) -> None:
    closed = stored(b"Subject: verschlossen")
    closed.unlink()
    closed.mkdir()  # as good as unreadable, for root too
    try:
        assert write_to(place).problems == (f"file missing: {closed.name}",)
    finally:
        closed.rmdir()


@pytest.mark.parametrize("damage", ["row", "file", "file gone", "table"])
def test_what_happened_to_the_export_itself_is_refused_unless_wanted(
    lived_in: Ticket, tmp_path: Path, damage: str
) -> None:
    place = tmp_path / "out"
    other = stored(b"Subject: Frage\r\n\r\nWann?")
    export.export(place)
    in_it = place / "files" / other.relative_to(files.data_path() / "files")
    changed = {
        "row": "table changed: tickets_ticket",
        "file": f"file changed: {other.name}",
        "file gone": "files are missing or too many",
        "table": "table missing: channels_guard",
    }[damage]
    match damage:
        case "row":
            table = place / "tables" / "tickets_ticket.jsonl"
            table.write_text(table.read_text().replace(lived_in.subject, "Anders"))
        case "file":
            in_it.write_bytes(b"x")
        case "file gone":
            in_it.unlink()
        case "table":
            (place / "tables" / "channels_guard.jsonl").unlink()
    empty_the_database()
    other.unlink()
    with pytest.raises(restore.Damaged, match=changed):
        restore.restore(place)
    assert tables.is_empty("tickets_ticket")
    found = restore.restore(place, even_if_damaged=True)
    assert (found.ok, found.problems) == (False, (changed,))
    assert Ticket.objects.get().subject == ("Anders" if damage == "row" else lived_in.subject)


def test_what_does_not_fit_together_any_more_is_not_imported_even_if_wanted(lived_in: Ticket, tmp_path: Path) -> None:
    for damage, table in (("gone", "customers_person"), ("torn", "tickets_message")):
        place = tmp_path / damage
        export.export(place)
        file = place / "tables" / f"{table}.jsonl"
        if damage == "gone":
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[:40])
    empty_the_database()
    for damage in ("gone", "torn"):
        with pytest.raises(restore.Damaged, match="does not fit together"):
            restore.restore(tmp_path / damage, even_if_damaged=True)
        assert all(tables.is_empty(table) for table in TABLES if table != restore.CURSORS)


def test_a_tar_file_that_breaks_off_is_no_export(lived_in: Ticket, tmp_path: Path) -> None:
    export.backup(tmp_path / "out.tar")
    whole = (tmp_path / "out.tar").read_bytes()
    (tmp_path / "out.tar").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(places.NotAnExport):
        check.verify(tmp_path / "out.tar")


def test_a_backup_of_before_lists_named_what_was_missing_is_read_as_well(lived_in: Ticket, tmp_path: Path) -> None:
    export.export(tmp_path / "out")
    manifest = tmp_path / "out" / "manifest.json"
    contents = json.loads(manifest.read_text())
    del contents["missing"], contents["damaged"]
    manifest.write_text(json.dumps(contents))
    empty_the_database()
    assert restore.restore(tmp_path / "out").ok
