"""Tags and topics as codes."""

from collections.abc import Iterable


def as_code(text: str) -> str:
    """A tag or topic as a code: one word in lower case, spaces as hyphens, other signs dropped."""
    word = "-".join(text.lower().split())
    return "".join(sign for sign in word if sign.isalnum() or sign in "-.:/+").strip("-.:/+")[:60]


def as_codes(words: Iterable[str]) -> list[str]:
    """Tags as they are kept: each once, in order, without those of which nothing is left."""
    return sorted({code for word in words if (code := as_code(word))})
