"""Scripts and styles as they go out: complete, small, never older than the program."""

import gzip
import os
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from anliegen.faces.ui import assets


@pytest.fixture(autouse=True)
def _anew() -> None:
    assets.gathered.cache_clear()


def test_every_file_is_there_scripts_without_comments_and_compressed(tmp_path: Path) -> None:
    made = assets.gathered(tmp_path)
    script = (made / "ui/menus.js").read_bytes()
    assert gzip.decompress((made / "ui/menus.js.gz").read_bytes()) == script
    written = Path(str(finders.find("ui/menus.js"))).read_text(encoding="utf-8")
    assert "//" in written or "/*" in written
    assert not re.search(rb"^\s*//|/\*", script, re.MULTILINE)
    assert (made / "django_htmx/htmx-2.min.js").read_bytes() == Path(
        str(finders.find("django_htmx/htmx-2.min.js"))
    ).read_bytes()
    assert not list(made.rglob("*.map"))


def test_it_is_made_once_and_again_when_something_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, place = tmp_path / "x.js", tmp_path / "assets"
    source.write_text("// Wort\nlet x = 1;", encoding="utf-8")
    monkeypatch.setattr(assets, "_sources", lambda: iter([("x.js", source)]))
    first = assets.gathered(place)
    assert (first / "x.js").read_text(encoding="utf-8") == "let x=1;"
    written = (first / "x.js").stat().st_ino
    assets.gathered.cache_clear()
    assert (assets.gathered(place) / "x.js").stat().st_ino == written
    source.write_text("let x = 22;", encoding="utf-8")
    assets.gathered.cache_clear()
    second = assets.gathered(place)
    assert (second / "x.js").read_text(encoding="utf-8") == "let x=22;"
    assert sorted(place.iterdir()) == sorted([first, second])
    os.utime(first, (0, 0))
    source.write_text("let x = 333;", encoding="utf-8")
    assets.gathered.cache_clear()
    third = assets.gathered(place)
    assert sorted(place.iterdir()) == sorted([second, third])


def test_half_a_folder_counts_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_path: object) -> None:
        raise OSError(28, "No space left on device")

    source, place = tmp_path / "x.js", tmp_path / "assets"
    source.write_text("let x = 1;", encoding="utf-8")
    monkeypatch.setattr(assets, "_sources", lambda: iter([("x.js", source)]))
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            assets.gathered(place)
    assert list(place.iterdir()) == []
    assert (assets.gathered(place) / "x.js").is_file()


def test_it_goes_out_compressed_to_whoever_can_read_that() -> None:
    plain = Client().get("/static/ui/menus.js")
    packed = Client().get("/static/ui/menus.js", headers={"accept-encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(b"".join(packed)) == b"".join(plain)
    assert packed.headers["Vary"] == "Accept-Encoding"
