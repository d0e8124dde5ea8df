"""Files that customers send."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from anliegen.faces.portal import uploads

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def read(**fields: Any) -> uploads.Uploads:
    return uploads.read(RequestFactory().post("/", fields))


def file(name: str, content: bytes = b"x") -> BytesIO:
    made = BytesIO(content)
    made.name = name
    return made


def test_a_file_keeps_its_name_and_content() -> None:
    (found,) = read(files=[file("Zähler Küche.png", PNG)]).files
    assert (found.filename, found.content, found.content_type) == ("Zähler Küche.png", PNG, "image/png")


@pytest.mark.parametrize("name", ["virus.exe", "page.html", "bild.svg", "makro.docm", "ohne"])
def test_a_kind_that_nobody_can_open_safely_is_refused_by_name(name: str) -> None:
    found = read(files=[file(name)])
    assert found.files == []
    assert name in found.problems[0]


def test_a_picture_that_is_none_is_never_shown_as_one() -> None:
    (found,) = read(files=[file("bild.jpg", b"<html><script>alert(1)</script>")]).files
    assert found.content_type == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("a.webp", b"RIFF\0\0\0\0AVI ", "application/octet-stream"),
        ("a.gif", b"GIF89a", "image/gif"),
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.pdf", b"<html>", "application/octet-stream"),
        ("a.heic", b"whatever", "image/heic"),
        ("a.TXT", b"text", "text/plain"),
        ("a", b"x", "application/octet-stream"),
    ],
)
def test_the_kind_is_what_name_and_content_agree_on(name: str, content: bytes, kind: str) -> None:
    assert uploads.kind_of(name, content) == kind


def test_a_path_in_a_name_is_cut_off() -> None:
    (found,) = read(files=[SimpleUploadedFile("../../etc/passwd.txt", b"x")]).files
    assert found.filename == "passwd.txt"


def test_an_empty_file_is_told() -> None:
    found = read(files=[file("leer.txt", b"")])
    assert (found.files, len(found.problems)) == ([], 1)


def test_a_file_that_is_too_large_is_left_out_and_the_rest_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    request = RequestFactory().post(
        "/", {"text": "Worte", "files": [file("a.txt", b"x" * 1001), file("b.txt", b"y" * 1000)], "email": "a@b.de"}
    )
    found = uploads.read(request)
    assert [each.filename for each in found.files] == ["b.txt"]
    assert "a.txt" in found.problems[0]
    assert (request.POST["text"], request.POST["email"]) == ("Worte", "a@b.de")


def test_too_many_and_too_much_are_told_but_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "TOGETHER", 15)
    found = read(files=[file(f"{number}.txt", b"xx") for number in range(11)])
    assert (len(found.files), len(found.problems)) == (11, 2)


def test_files_are_held_until_the_form_comes_again() -> None:
    kept = read(files=[file("a.png", PNG)]).keep(sender="192.0.2.1")
    assert [(each["name"], each["size"]) for each in kept] == [("a.png", len(PNG))]
    (found,) = read(held=[kept[0]["value"]]).files
    assert (found.filename, found.content, found.content_type) == ("a.png", PNG, "image/png")


def test_a_forged_box_gets_no_file() -> None:
    kept = read(files=[file("a.png", PNG)]).keep(sender="192.0.2.1")[0]["value"]
    found = read(held=[kept[:-1] + ("x" if kept[-1] != "x" else "y"), "nonsense"])
    assert (found.files, len(found.problems)) == ([], 2)


def test_an_absurdly_large_request_is_not_read() -> None:
    assert uploads.is_readable(RequestFactory().post("/", CONTENT_LENGTH="200000000")) is False
    assert uploads.is_readable(RequestFactory().post("/", {"text": "x"})) is True
