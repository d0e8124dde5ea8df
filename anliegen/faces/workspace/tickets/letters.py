"""A message as HTML: what was said, what was quoted, and the mail's own look with its pictures."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from markupsafe import Markup, escape

from anliegen.flow.channels.email.html.cleaned import from_text
from anliegen.records.tickets.enclosed import Enclosed
from anliegen.records.tickets.models import Attachment, Message

ROWS_SHOWN = 60
WORTH_FOLDING = 20  # a fold that hides less is in the way
ROW = 80  # characters, about
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# Our own cleaner wrote these tags, so their attributes stand in double quotes and hold no markup.
_IMAGE = re.compile(r"<img ([^>]*)>")
_REMOTE = re.compile(r'data-src="(https?://[^"]*)"')
_OWN = re.compile(r'data-own="(data:image/[^"]*)"')
_ATTACHED = re.compile(r'data-cid="([^"]*)"')


@dataclass(frozen=True)
class Folded:
    """A text as HTML, with links. `more`: the rest of a long one, folded away and never cut."""

    text: Markup
    more: Markup | None = None
    more_lines: int = 0


def said(message: Message, files: Iterable[Attachment] = ()) -> Folded:
    """What the author wrote now. Plain text becomes HTML by the cleaner that mails go through.

    What one of us wrote with formatting is shown with it: the same rules have cleaned it when it was written.
    """
    if message.direction == "out" and message.html:
        return Folded(look(message, files, message.html))
    lines = message.said.split("\n")
    shown = _lines_shown(lines)
    if shown is None:
        return Folded(_html(message.said))
    return Folded(_html("\n".join(lines[:shown])), _html("\n".join(lines[shown:])), len(lines) - shown)


def _lines_shown(lines: Sequence[str]) -> int | None:
    """How many lines of a long text stand unfolded, a long line counting as the rows it fills; None: all of them."""
    rows, shown = 0, 0
    for number, line in enumerate(lines):
        rows += 1 + len(line) // ROW
        shown = number + 1 if rows <= ROWS_SHOWN else shown
        if rows > ROWS_SHOWN + WORTH_FOLDING:
            return max(shown, 1) if len(lines) > 1 else None
    return None


def _html(text: str) -> Markup:
    return Markup(from_text(text))  # noqa: S704 (escaped there)


def drawn(text: str) -> Markup:
    """A part of what was said, as the whole of it is."""
    return _html(text)


def left_out(message: Message) -> Markup | None:
    """Quote and signature, which are folded away; None when there is nothing but what was said."""
    if not message.reply_text or message.reply_text.strip() == message.text.strip():
        return None
    whole, now = message.text.strip(), message.reply_text.strip()
    rest = whole[len(now) :].strip() if whole.startswith(now) else whole
    return _html(rest) if rest else None


def has_look(message: Message) -> bool:
    """Whether the mail had a look of its own that the text alone does not show."""
    return bool(message.html)


def has_remote_pictures(message: Message) -> bool:
    return _REMOTE.search(message.html) is not None and may_load_pictures(message)


def may_load_pictures(message: Message) -> bool:
    """Not where the mail came encrypted: an address in it could carry the words out that nobody else may read."""
    seal = Enclosed.from_json(message.enclosed).seal
    return seal is None or not seal.encryption


def look(message: Message, files: Iterable[Attachment], html: str, *, with_remote: bool = False) -> Markup:
    """This cleaned HTML. Attached pictures come from us; remote ones only when somebody asked for them."""
    pictures = {file.content_id: file for file in files if file.content_id and is_picture(file)}

    def shown(tag: re.Match[str]) -> str:
        attributes = tag[1]
        attached = _ATTACHED.search(attributes)
        if attached and attached[1] in pictures:
            source = reverse("workspace:picture", args=[pictures[attached[1]].pk])
            return f'<img {_ATTACHED.sub("", attributes)} src="{escape(source)}" loading="lazy">'
        if own := _OWN.search(attributes):
            return f'<img {_OWN.sub("", attributes)} src="{own[1]}">'
        if with_remote and (remote := _REMOTE.search(attributes)):
            return f'<img {_REMOTE.sub("", attributes)} src="{remote[1]}" loading="lazy" referrerpolicy="no-referrer">'
        return f"<img {attributes}>"

    return Markup(_IMAGE.sub(shown, html))  # noqa: S704 (cleaned when it was taken in)


def is_picture(file: Attachment) -> bool:
    return file.content_type.lower() in PICTURES
