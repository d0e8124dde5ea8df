"""One value for one mail, by whatever way and however often it arrives."""

import hashlib
import re

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.mime import Part

_NAMED = ("message-id", "date", "from", "subject")
_DOTS = re.compile(rb"(?m)^\.+")
_CHUNK = 1_048_576


def of(root: Part) -> str:
    """SHA-256 in hex over Message-ID, Date, From, Subject and the body.

    Line ends, the folding of these fields, a doubled dot at the start of a line and empty lines at the end do not
    count, nor does any other field: those are what changes on the way.
    """
    digest = hashlib.sha256()
    for name in _NAMED:
        digest.update(b" ".join(root.first(name).split())[: limits.NEEDED_HEADER] + b"\n")
    pending = b""  # line ends that count only if something follows them
    at = root.start
    while at < root.end:
        stop = _line_end(root.raw, min(at + _CHUNK, root.end), root.end)
        chunk = _DOTS.sub(b".", root.raw[at:stop].replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        words = chunk.rstrip(b"\n \t")
        if words:
            digest.update(pending + words)
            pending = b""
        pending = (pending + chunk[len(words) :])[-_CHUNK:]
        at = stop
    return digest.hexdigest()


def _line_end(raw: bytes, near: int, end: int) -> int:
    """The end of the line in which `near` lies, so that no line end is cut in half."""
    if near >= end:
        return end
    found = raw.find(b"\n", near, min(end, near + _CHUNK))
    if found >= 0:
        return found + 1
    stop = min(end, near + _CHUNK)
    return stop + 1 if raw[stop - 1 : stop + 1] == b"\r\n" else stop
