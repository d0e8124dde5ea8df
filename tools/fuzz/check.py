"""What must hold for every mail, however damaged."""

import json
import re
import time
from collections import Counter

from anliegen.flow.channels.email import mime
from anliegen.flow.channels.email.explain import as_json
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.incoming import Incoming
from tools.fuzz.seeds import MARK

SLOWEST_S = 5.0
# Carriage returns alone end lines only where nothing else has ended one before: in mails of old Macintosh computers.
_BLANK_LINE = re.compile(rb"\n\r*\n|\A[^\n]*?\r\r(?!\n)")
_MAY_HIDE = re.compile(rb"html|base64", re.IGNORECASE)
# The head of a part, from its delimiter to the first empty line, and a field in it that no text begins with.
_HEAD_OF_PART = re.compile(rb"^--[^\n]*\n((?:[^\r\n]+\r?\n?)+)", re.MULTILINE)
_FIELD = re.compile(rb"^(?:content-|x-)[!-9;-~]*:[^\n]*\n?(?:[ \t][^\n]*\n?)*", re.MULTILINE | re.IGNORECASE)
# What a mail says itself of text that it does not show.
_UNSEEN = frozenset({mime.OUTSIDE, "a multipart that does not end"})


def broken_rule(mail: bytes) -> str | None:
    """The rule that the understanding of this mail breaks, in words; None when all hold. Never raises."""
    began = time.process_time()
    try:
        incoming = parse(mail)
    except Exception as error:
        return f"parse raised {type(error).__name__}"
    taken = time.process_time() - began
    if taken > SLOWEST_S:
        return f"took {taken:.1f} s"
    try:
        return _first_broken(incoming) or _lost_mark(mail, incoming)
    except Exception as error:
        return f"cannot be told as JSON: {type(error).__name__}"


def _first_broken(incoming: Incoming) -> str | None:
    if failure := next((one for one in incoming.defects if one.startswith("not understood")), None):
        return failure
    told = json.dumps(as_json(incoming), ensure_ascii=False)
    told.encode("utf-8")  # half surrogates fail here
    if "\\u0000" in told:
        return "a null character, which no database takes"
    if _lines(incoming.text) != _lines(incoming.reply_text, incoming.quoted_text, incoming.signature):
        return "text was lost or doubled when quotes were split off"
    if any(len(one.content) != one.size or not one.filename for one in incoming.attachments):
        return "an attachment without a name or of another size"
    if not incoming.fingerprint:
        return "no fingerprint"
    return None


def _lost_mark(mail: bytes, incoming: Incoming) -> str | None:
    """The mark of a seed that still stands in the body must be seen somewhere, or a defect must say what is not."""
    body = _BLANK_LINE.split(mail.lstrip(), maxsplit=1)[1:]
    # Markup that a damage opens hides what follows it, in browsers too; and a word may well be base64.
    if not body or MARK.encode() not in body[0] or _MAY_HIDE.search(mail) or _UNSEEN & set(incoming.defects):
        return None
    if MARK.encode() not in _without_fields(body[0]):
        return None
    places = (incoming.text, incoming.html or "", incoming.subject)
    if any(MARK in place for place in places):
        return None
    return None if any(MARK.encode() in one.content for one in incoming.attachments) else "visible text was lost"


def _without_fields(body: bytes) -> bytes:
    """Without the header fields of parts, whose values nobody is shown."""
    return _HEAD_OF_PART.sub(lambda head: _FIELD.sub(b"", head[0]), body)


def _lines(*texts: str) -> Counter[str]:
    return Counter(line.strip() for text in texts for line in text.split("\n") if line.strip())
