"""What somebody said, taken apart into sentences with their places. Greeting, closing and quotes are none of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LOOKED_AT = 8_000  # characters of one message; what is longer is mostly a protocol or a copy
LONGEST = 400  # characters of one sentence
# Tried only where a run of marks begins: within a long one it would be tried at each.
_END = re.compile(r"(?<![.!?…])[.!?…]+[\"“”»)]?(?=\s|$)")
# A full stop behind these ends nothing, nor behind a number before a month or a small letter ("am 3. Mai").
_SHORT = re.compile(
    r"(?:\b(?:z|d|u|o|i|e|s|v|a|B|h|g|Nr|nr|Dr|Prof|Str|str|St|bzw|ca|ggf|ggfs|bzgl|usw|inkl|zzgl|evtl|vgl|Abs|Art|Tel"
    r"|Hr|Fr|Mr|Mrs|Ms|Co|No|etc|approx))$"
)
_COUNTED = re.compile(r"(?<!\d)\d{1,2}$")
_GOES_ON = re.compile(
    r"\s+(?:[a-zäöüß\d]|Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Etage|Stock|Klasse|Rate|Quartal|Halbjahr|Woche)"
)
_LIST = re.compile(r"\s{0,8}(?:[-*•–]|\d{1,2}[.)])\s")
_GREETING = re.compile(
    r"\s*(?:sehr\s+geehrte\w{0,2}|guten\s+(?:tag|morgen|abend)|hallo|hi|hey|moin|servus|grüß\s+gott|grüezi|liebe[rs]?"
    r"|dear|hello|good\s+(?:morning|afternoon|evening))(?!\w)[^,!.?:\n]{0,60}(?:[,!:]+|\.(?=\s|$)|\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSING = re.compile(
    r"\s*(?:(?:mit\s+)?(?:freundliche|beste|liebe|viele|herzliche|schöne|sonnige|nette)[nm]?\s+(?:grüße|grüßen|gruß|gruss"
    r"|grüsse|grüssen)|gruß|grüße|hochachtungsvoll|mfg|lg|vg|--|(?:best|kind|warm|many)?\s?(?:regards|wishes)"
    r"|yours\s+\w{1,12}|sincerely|cheers|gesendet\s+von|sent\s+from|von\s+meinem\s+\w{1,12}\s+gesendet)(?!\w)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"\s*(?:am\s.{4,120}\sschrieb\b.{0,120}:\s*$|on\s.{4,120}\swrote:\s*$|-{3,}.{0,40}-{2,}|_{10,})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text[start:end]`, with its mark and without white space around it."""

    start: int
    end: int


def sentences(text: str) -> Iterator[Sentence]:
    """In their order. What follows a closing or the head of a quote is not looked at."""
    for start, end in _blocks(text, min(len(text), LOOKED_AT)):
        yield from _apart(text, start, end)


def _blocks(text: str, stop: int) -> Iterator[tuple[int, int]]:
    """Lines that belong together: up to an empty line, a list's next point, a quoted line or a greeting's end."""
    begun, at = -1, 0
    while at < stop:
        line_end = text.find("\n", at, stop)
        line_end = stop if line_end == -1 else line_end
        line = text[at:line_end]
        ends = bool(_CLOSING.match(line) and line_end - at < 80) or _QUOTED.match(line) is not None
        apart = ends or not line.strip() or line.lstrip().startswith(">") or _LIST.match(line) is not None
        if apart and begun >= 0:
            yield begun, at
            begun = -1
        if ends:
            return
        if begun < 0 and line.strip() and not line.lstrip().startswith(">"):
            begun = _behind_greeting(text, at, line_end)
            begun = begun if begun < line_end else -1
        at = line_end + 1
    if begun >= 0:
        yield begun, stop


def _behind_greeting(text: str, start: int, end: int) -> int:
    greeting = _GREETING.match(text, start, end)
    return greeting.end() if greeting else start


def _apart(text: str, start: int, end: int) -> Iterator[Sentence]:
    begun = start
    for mark in _END.finditer(text, start, end):
        if mark.group() == "." and _is_no_end(text, begun, mark.start()):
            continue
        yield from _bare(text, begun, mark.end())
        begun = mark.end()
    yield from _bare(text, begun, end)


def _is_no_end(text: str, begun: int, at: int) -> bool:
    before = text[max(begun, at - 6) : at]
    return bool(_SHORT.search(before) or (_COUNTED.search(before) and _GOES_ON.match(text, at + 1)))


def _bare(text: str, start: int, end: int) -> Iterator[Sentence]:
    point = _LIST.match(text, start, end)
    start = point.end() if point else start
    words = text[start:end]
    start += len(words) - len(words.lstrip(" \t\r\n,;-–*•"))
    end = start + len(text[start:end].rstrip())
    if end - start > LONGEST:
        cut = text.rfind(" ", start, start + LONGEST)
        end = cut if cut > start else start + LONGEST
    if any(sign.isalnum() for sign in text[start:end]):
        yield Sentence(start, end)
