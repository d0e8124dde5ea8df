"""Files by content: whole or not at all, and damage is noticed."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anliegen.ground import files


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path))
    return tmp_path / "files"


def everything(store: Path) -> list[Path]:
    return sorted(each for each in store.rglob("*") if each.is_file())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=5000))
def test_what_was_put_comes_back_under_its_hash(content: bytes) -> None:
    sha256 = files.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert (files.get(sha256), files.size(sha256), files.exists(sha256)) == (content, len(content), True)


def test_storing_twice_is_storing_once(store: Path) -> None:
    first = files.put(b"Zaehlerfoto")
    written = files.path(first).stat()
    assert files.put(b"Zaehlerfoto") == first
    assert everything(store) == [files.path(first)]
    assert files.path(first).stat().st_ino == written.st_ino


def test_one_changed_byte_is_noticed() -> None:
    sha256 = files.put(b"Zaehlerstand 4711")
    files.path(sha256).write_bytes(b"Zaehlerstand 4712")
    with pytest.raises(files.FileDamaged):
        files.get(sha256)


def test_what_is_not_there_is_said_to_be_missing() -> None:
    sha256 = hashlib.sha256(b"never stored").hexdigest()
    assert not files.exists(sha256)
    with pytest.raises(files.FileMissing):
        files.get(sha256)
    with pytest.raises(files.FileMissing):
        files.size(sha256)


@pytest.mark.parametrize("name", ["", "../../../etc/passwd", "A" * 64, "g" * 64, "a" * 63, "a" * 65, "a" * 63 + "\n"])
def test_a_name_that_is_no_hash_leads_nowhere(name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        files.path(name)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_when_the_disk_refuses_nothing_half_written_stays(
    store: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    files.put(b"another, so that the folders are there")
    before = everything(store)
    content = b"Kontoauszug"
    # Its folder is there, so that the failing step is the file's own and not the folder's.
    files.path(hashlib.sha256(content).hexdigest()).parent.mkdir(parents=True)
    with monkeypatch.context() as broken:
        broken.setattr(os, step, full)
        with pytest.raises(OSError, match="No space"):
            files.put(content)
    assert everything(store) == before
    assert files.get(files.put(content)) == content  # there is room again


def test_many_at_the_same_moment_store_one_whole_file(store: Path) -> None:
    content = os.urandom(200_000)
    together = Barrier(8)

    def put(_number: int) -> str:
        together.wait(timeout=30)
        return files.put(content)

    with ThreadPoolExecutor(8) as threads:
        (sha256,) = set(threads.map(put, range(8)))
    assert everything(store) == [files.path(sha256)]
    assert files.get(sha256) == content


def test_only_the_owner_can_read_what_customers_sent(store: Path) -> None:
    sha256 = files.put(b"Kontoauszug")
    assert files.path(sha256).stat().st_mode & 0o077 == 0


def test_a_file_that_comes_in_pieces_is_the_same_file(store: Path) -> None:
    arriving = files.Arriving()
    for piece in (b"Zaehler", b"", b"foto"):
        arriving.write(piece)
    assert arriving.keep() == files.put(b"Zaehlerfoto")
    arriving.drop()
    assert everything(store) == [files.path(hashlib.sha256(b"Zaehlerfoto").hexdigest())]


def test_what_is_dropped_or_was_there_already_leaves_nothing(store: Path) -> None:
    files.put(b"Zaehlerfoto")
    again, dropped = files.Arriving(), files.Arriving()
    again.write(b"Zaehlerfoto")
    dropped.write(b"halb")
    again.keep()
    for each in (again, dropped, dropped):
        each.drop()
    with pytest.raises(ValueError, match="ended"):
        dropped.write(b"mehr")
    assert everything(store) == [files.path(hashlib.sha256(b"Zaehlerfoto").hexdigest())]


def test_what_a_killed_process_left_is_cleared_up_when_nobody_is_at_it(store: Path) -> None:
    left, fresh = files.Arriving(), files.Arriving()
    os.utime(left._temporary, (0, 0))
    files.clear_up()
    assert everything(store) == [Path(fresh._temporary)]
    fresh.drop()


def test_what_was_being_written_at_once_is_cleared_up_as_well(store: Path) -> None:
    kept = files.path(files.put(b"Zaehlerfoto"))
    left, fresh = (kept.with_name(f"{files.UNFINISHED}{name}") for name in ("left", "fresh"))
    for each in (left, fresh):
        each.write_bytes(b"halb")
    os.utime(left, (0, 0))
    os.utime(kept, (0, 0))
    files.clear_up()
    assert everything(store) == sorted([kept, fresh])


@pytest.fixture(params=["at once", "in pieces"])
def store_it(request: pytest.FixtureRequest) -> Callable[[bytes], str]:
    """Both ways into the store."""

    def in_pieces(content: bytes) -> str:
        arriving = files.Arriving()
        arriving.write(content[:5])
        arriving.write(content[5:])
        try:
            return arriving.keep()
        finally:
            arriving.drop()

    return files.put if request.param == "at once" else in_pieces


@pytest.mark.parametrize("lies_there", [b"Zaehlerstand 4712", b"", b"Zaehlerstand", b"Zaehlerstand 4711 und mehr"])
def test_storing_what_the_disk_has_spoilt_heals_it(
    store: Path, store_it: Callable[[bytes], str], lies_there: bytes
) -> None:
    sha256 = files.put(b"Zaehlerstand 4711")
    files.path(sha256).write_bytes(lies_there)
    assert store_it(b"Zaehlerstand 4711") == sha256
    assert files.get(sha256) == b"Zaehlerstand 4711"
    assert everything(store) == [files.path(sha256)]


def test_what_heals_a_file_is_flushed_and_takes_its_place_in_one_step(
    store_it: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = files.put(b"Zaehlerstand 4711")
    files.path(sha256).write_bytes(b"Zaehlerstand 4712")
    steps: list[str] = []
    flush, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("flush"), flush(handle))[1])
    monkeypatch.setattr(os, "replace", lambda old, new: (steps.append("replace"), replace(old, new))[1])
    store_it(b"Zaehlerstand 4711")
    assert steps == ["flush", "replace", "flush"]


def test_when_the_disk_refuses_the_good_bytes_it_says_so(
    store_it: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    files.path(files.put(b"Zaehlerstand 4711")).write_bytes(b"Zaehlerstand 4712")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store_it(b"Zaehlerstand 4711")


def test_whether_a_file_is_whole_is_read_from_its_bytes() -> None:
    sha256 = files.put(b"Zaehlerstand 4711")
    assert files.is_whole(sha256)
    files.path(sha256).write_bytes(b"Zaehlerstand 4712")
    assert not files.is_whole(sha256)
    files.path(sha256).unlink()
    with pytest.raises(files.FileMissing):
        files.is_whole(sha256)
