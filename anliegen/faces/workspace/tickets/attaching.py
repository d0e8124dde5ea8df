"""Files that an agent sends along: how large, of what kind, and what is said when one is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from anliegen.faces.ui.numbers import size
from anliegen.ground import files
from anliegen.ground.text import safe_filename
from anliegen.records.tickets.content import File

LARGEST = 25 * 1000 * 1000  # bytes together; more is refused by most mail servers
# What mail servers and mail programs keep from whoever gets it, since it can run by itself.
NOT_TAKEN = frozenset(
    [
        "ade",
        "adp",
        "app",
        "bat",
        "chm",
        "cmd",
        "com",
        "cpl",
        "dll",
        "exe",
        "hta",
        "ins",
        "isp",
        "jar",
        "js",
        "jse",
        "lib",
        "lnk",
        "mde",
        "msc",
        "msi",
        "msp",
        "mst",
        "pif",
        "ps1",
        "reg",
        "scr",
        "sct",
        "shb",
        "sys",
        "vb",
        "vbe",
        "vbs",
        "vxd",
        "wsc",
        "wsf",
        "wsh",
    ]
)
NAMED = " ".join(sorted(NOT_TAKEN))  # for the page's script, which says so before anything is sent up


class Sized(Protocol):
    @property
    def size(self) -> int | None: ...


class Uploads(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; together not larger than mail servers take."""

    widget = Uploads

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        cleaned = [super(FilesField, self).clean(one, initial) for one in given]
        for one in cleaned:
            insist_on_kind(one.name or "")
        insist_on_size(cleaned)
        return cleaned


def insist_on_kind(name: str) -> None:
    """Raise ValidationError for what would not arrive."""
    if name.rpartition(".")[2].lower() in NOT_TAKEN:
        raise ValidationError(
            _("“%(name)s” is a program: mail servers would not deliver it. A ZIP archive or a link may do.")
            % {"name": safe_filename(name)}
        )


def insist_on_size(together: Sequence[Sized]) -> None:
    if sum(one.size or 0 for one in together) > LARGEST:
        raise ValidationError(
            _("Together the files are larger than %(most)s, which many mail servers refuse.") % {"most": size(LARGEST)}
        )


def keep(upload: UploadedFile[Any]) -> File:
    """The stored file. What it is called is made safe; what it says it is only chooses a sign."""
    content = upload.read()
    return File(
        filename=safe_filename(upload.name or ""),
        content_type=(upload.content_type or "application/octet-stream")[:127],
        size=len(content),
        sha256=files.put(content),
    )


def named(pk: int, file: File) -> tuple[int, str]:
    """A file in a form: its number, and the words for it."""
    return pk, f"{file.filename} · {size(file.size)}"
