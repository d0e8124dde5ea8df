"""A message as HTML: what was said, what was quoted, and the mail's own look with its pictures."""

import re
from collections.abc import Iterable

from django.urls import reverse
from markupsafe import Markup, escape

from anliegen.flow.channels.email.html.cleaned import from_text
from anliegen.records.tickets.enclosed import Enclosed
from anliegen.records.tickets.models import Attachment, Message

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# Our own cleaner wrote these tags, so their attributes stand in double quotes and hold no markup.
_IMAGE = re.compile(r"<img ([^>]*)>")
_REMOTE = re.compile(r'data-src="(https?://[^"]*)"')
_OWN = re.compile(r'data-own="(data:image/[^"]*)"')
_ATTACHED = re.compile(r'data-cid="([^"]*)"')


def said(message: Message) -> Markup:
    """What the author wrote now, with links. Plain text becomes HTML by the cleaner that mails go through."""
    return Markup(from_text(message.said))  # noqa: S704 (escaped there)


def left_out(message: Message) -> Markup | None:
    """Quote and signature, which are folded away; None when there is nothing but what was said."""
    if not message.reply_text or message.reply_text.strip() == message.text.strip():
        return None
    whole, now = message.text.strip(), message.reply_text.strip()
    rest = whole[len(now) :].strip() if whole.startswith(now) else whole
    return Markup(from_text(rest)) if rest else None  # noqa: S704 (escaped there)


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
