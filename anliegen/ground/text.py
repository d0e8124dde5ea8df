"""Text as a person reads it: folded for comparing and sorting, shortened at word borders, safe as a file name."""

import re
import unicodedata

ELLIPSIS = "…"

_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})  # alone the quick way for most German text
# Letters that Unicode does not take apart by itself.
_LETTERS = str.maketrans(
    {"æ": "a", "œ": "o", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"}
)
# "ue" is ü unless a vowel or q stands before it (neue, Steuer, Quelle); before a further "e" nothing is folded, so that
# folding twice changes nothing.
_DIGRAPH = re.compile(r"([ao])e(?!e)|(?<![aeiouyq])(u)e(?!e)")
_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")

_FORBIDDEN_IN_NAMES = re.compile(
    r'[<>:"|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]'
)
_RESERVED_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_EXTENSION = 16


def fold(text: str) -> str:
    """Make spellings of one name equal: Müller, Mueller and Muller all become "muller"; Straße and STRASSE "strasse".

    The rule: lower case, accents off (é -> e, ä -> a), ß -> ss, then ae -> a, oe -> o, and ue -> u unless a vowel or q
    stands before it. Folding twice changes nothing. It loses letters (Joel and Jol become one), so it is right for
    finding and sorting and wrong for telling identities apart: an e-mail address is compared by its own rule.
    """
    return fold_digraphs(fold_accents(text))


def fold_accents(text: str) -> str:
    """The first step of `fold` alone: lower case, accents off, ß -> ss."""
    text = text.lower()
    if text.isascii():
        return text
    text = text.translate(_UMLAUTS)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    ).lower()


def fold_digraphs(text: str) -> str:
    """The last step of `fold` alone: ae, oe and ue, in text that is in lower case and free of accents already."""
    return _DIGRAPH.sub(r"\1\2", text) if "e" in text else text


def sort_key(text: str) -> str:
    """A key under which people and lists stand in the order of a German phone list, the same on every server.

    Folded, numbers by their value (Team 9 before Team 10), and the text itself last, so that only equal texts tie.
    """
    numbered = _DIGITS.sub(lambda digits: digits.group().zfill(12), fold(text))
    return f"{_SPACE.sub(' ', numbered).strip()}\x1f{text}"


def shorten(text: str, length: int) -> str:
    """At most `length` characters on one line, cut between words and then ended by an ellipsis.

    A first word that alone is too long is cut inside. `length` must be at least 1.
    """
    if length < 1:
        raise ValueError("a text cannot be shortened to less than one character")
    line = _SPACE.sub(" ", text).strip()
    if len(line) <= length:
        return line
    cut = line.rfind(" ", 0, length)
    return line[: cut if cut > 0 else length - 1].rstrip(" ,;:-–(") + ELLIPSIS


def safe_filename(name: str, *, default: str = "file", length: int = 150) -> str:
    """A name that any file system takes and that hides nothing, for an attachment a stranger has named.

    Directories, control characters, characters that turn the reading direction, leading dots and names reserved by
    Windows go; the extension stays when the name is cut to `length` characters. Never empty.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = _SPACE.sub(" ", _FORBIDDEN_IN_NAMES.sub("", last)).strip(" .")
    if not clean:
        return default
    if _RESERVED_NAMES.match(clean):
        clean = f"_{clean}"
    if len(clean) <= length:
        return clean
    stem, dot, extension = clean.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION:
        return clean[:length].rstrip(" .")
    return f"{stem[: length - len(extension) - 1].rstrip(' .')}.{extension}"
