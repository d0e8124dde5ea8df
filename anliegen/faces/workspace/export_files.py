"""Rows as the bytes of a file: CSV for German Excel or for programs, JSON as one array or in lines."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from anliegen.records.tickets.exported import Column, Value
from anliegen.records.tickets.models import CHANNELS, PRIORITIES, STATUSES

BOM = "\ufeff".encode()
# A cell that begins so is a formula to a spreadsheet, whoever wrote it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WORDS: Mapping[str, Mapping[object, str | Promise]] = {
    "status": dict(STATUSES),
    "priority": dict(PRIORITIES),
    "channel": dict(CHANNELS),
}
Batches = Iterable[Sequence[tuple[Value, ...]]]


@dataclass(frozen=True)
class Kind:
    """A kind of file. `pieces` makes its bytes of the columns and the batches."""

    title: str | Promise
    hint: str | Promise
    suffix: str
    content_type: str
    pieces: Callable[[Sequence[Column], Batches], Iterator[bytes]]


def csv_for_excel(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    """Semicolons, and the mark by which Excel knows UTF-8."""
    yield BOM
    yield from _csv(columns, batches, ";")


def csv_for_programs(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    return _csv(columns, batches, ",")


def json_array(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    before = "[\n"
    for batch in batches:
        yield (before + ",\n".join(_objects(columns, batch))).encode()
        before = ",\n"
    yield b"\n]\n" if before != "[\n" else b"[]\n"


def json_lines(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    for batch in batches:
        yield "".join(f"{one}\n" for one in _objects(columns, batch)).encode()


def _csv(columns: Sequence[Column], batches: Batches, delimiter: str) -> Iterator[bytes]:
    page = io.StringIO(newline="")
    writer = csv.writer(page, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([str(one.title) for one in columns])
    words = [_WORDS.get(one.code, {}) for one in columns]
    spoken = [{key: str(word) for key, word in each.items()} for each in words]
    for batch in batches:
        writer.writerows([_cell(value, known) for value, known in zip(row, spoken, strict=True)] for row in batch)
        yield _taken(page)
    yield _taken(page)


def _taken(page: io.StringIO) -> bytes:
    written = page.getvalue().encode()
    page.seek(0)
    page.truncate()
    return written


def _cell(value: Value, words: Mapping[object, str]) -> str | int:
    """A number stays one; a text that a spreadsheet would run is marked as text by an apostrophe."""
    if isinstance(value, list):
        value = ", ".join(value)
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M:%S}"
    if value is None:
        return ""
    if not words and isinstance(value, int):
        return value
    text = words.get(value) or str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text


def _objects(columns: Sequence[Column], batch: Sequence[tuple[Value, ...]]) -> Iterator[str]:
    codes = [one.code for one in columns]
    for row in batch:
        yield json.dumps(dict(zip(codes, map(_plain, row), strict=True)), ensure_ascii=False)


def _plain(value: Value) -> object:
    return localtime(value).isoformat() if isinstance(value, datetime) else value


KINDS = {
    "excel": Kind(_("CSV for Excel"), _("Opens with a double click: semicolons, umlauts right."), "csv",
                  "text/csv; charset=utf-8", csv_for_excel),
    "csv": Kind(_("CSV for programs"), _("Commas, UTF-8 without a mark."), "csv",
                "text/csv; charset=utf-8", csv_for_programs),
    "json": Kind(_("JSON, one array"), _("Times with their offset, codes instead of words."), "json",
                 "application/json", json_array),
    "lines": Kind(_("JSON, a line each"), _("For large amounts: each line is a whole object."), "jsonl",
                  "application/x-ndjson", json_lines),
}  # fmt: skip
