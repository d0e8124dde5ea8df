"""The words of a message as they are learnt from and read: what was said, without what names anybody."""

import re
from collections.abc import Iterable

from anliegen.records.tickets.models import Message

LONGEST = 8_000  # characters; a concern is said before that
_WITHOUT = (
    (re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[\dA-Z]{4}){3,7}(?:\s?[\dA-Z]{1,4})?\b"), " "),  # IBAN
    (
        re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@.]{1,60}"),
        " ",
    ),  # bounded: without a dot it would be tried for ever
    (re.compile(r"https?://\S+|www\.\S+"), " "),
    (re.compile(r"\+?\d[\d\s/().-]{5,}\d"), " "),  # telephone numbers, customer numbers
    (re.compile(r"\d{3,}"), " "),
)
_WORD = re.compile(r"\w+")


def words_of(message: Message) -> str:
    """Subject and own words of a message, without quotes, addresses, long numbers, and the sender's name."""
    own = message.reply_text or message.text
    return scrubbed(f"{message.subject}\n{own}", names=[message.from_name])


def scrubbed(text: str, *, names: Iterable[str] = ()) -> str:
    """The text without what names somebody: models learn what people want, not who they are (handbook S2.16, S4.19)."""
    text = text[:LONGEST]
    for pattern, instead in _WITHOUT:
        text = pattern.sub(instead, text)
    known = {word.casefold() for name in names for word in _WORD.findall(name) if len(word) > 2}
    if known:
        text = _WORD.sub(lambda found: "" if found[0].casefold() in known else found[0], text)
    return text.strip()
