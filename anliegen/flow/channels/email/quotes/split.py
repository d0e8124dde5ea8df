"""A text into what the sender wrote now, what is quoted, and the signature. Every line lands in exactly one of them."""

from dataclasses import dataclass

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.quotes import introductions, patterns, signatures
from anliegen.flow.channels.email.quotes.introductions import Introduction

_REPLY, _QUOTE, _SIGNATURE = "reply", "quote", "signature"
_FULL_LINE = 55  # characters of a quoted line that a mail program may have broken


@dataclass(frozen=True, slots=True)
class Split:
    """The three texts of a mail. `forwarded`: the quote is a message passed on and not an answer's history."""

    reply_text: str
    quoted_text: str
    signature: str
    forwarded: bool


def split(text: str, *, subject: str = "") -> Split:
    """Tell a sender's own words from quotes and signature, answers between quoted lines included, in their order.

    When everything would be quote and no line carries a `>`, the sender passed something on without a word or wrote
    inside the quote: then all of it counts as the sender's words, because folding it would hide what was said.
    """
    lines = text.split("\n")
    kinds, opened = _kinds(lines)
    if opened and not any(kind == _REPLY and line.strip() for kind, line in zip(kinds, lines, strict=True)):
        kinds = [_REPLY] * len(lines)
    _mark_signatures(lines, kinds)
    forwarded = opened is not None and (opened.is_forward or bool(patterns.FORWARD_SUBJECT.match(subject[:50])))
    return Split(
        reply_text=_joined(lines, kinds, _REPLY),
        quoted_text=_joined(lines, kinds, _QUOTE),
        signature=_joined(lines, kinds, _SIGNATURE),
        forwarded=forwarded,
    )


def _kinds(lines: list[str]) -> tuple[list[str], Introduction | None]:
    """Reply or quote for each line, and the introduction after which all is quote, if there is one."""
    kinds = [_QUOTE if patterns.QUOTED.match(line) else _REPLY for line in lines]
    if kinds.count(_QUOTE) == 1 and patterns.MORE_THAN.match(lines[kinds.index(_QUOTE)]):
        kinds = [_REPLY] * len(lines)
    opened: Introduction | None = None
    at = 0
    while at < min(len(lines), limits.QUOTE_LINES):
        introduction = _introduction(lines, kinds, at) if kinds[at] == _REPLY else None
        if introduction is None:
            at += 1
            continue
        end = _with_address_lines(lines, introduction.end)
        following = next((below for below in range(end, len(lines)) if lines[below].strip()), len(lines))
        if following < len(lines) and kinds[following] == _QUOTE:
            _fill(kinds, introduction.start, following)
            at = following
        else:
            opened = introduction
            _fill(kinds, introduction.start, len(lines))
            break
    _close_gaps(lines, kinds)
    return kinds, opened


def _introduction(lines: list[str], kinds: list[str], at: int) -> Introduction | None:
    if not lines[at].strip():
        return None
    block = introductions.separator(lines, at) or introductions.header_block(lines, at, after_separator=False)
    if block:
        return block
    following = next((below for below in range(at + 1, min(len(lines), at + 4)) if lines[below].strip()), at)
    return introductions.attribution(lines, at, before_quoted=following > at and kinds[following] == _QUOTE)


def _with_address_lines(lines: list[str], end: int) -> int:
    """`... wrote:` whose address and verb stand once more on lines of their own."""
    while end < len(lines) and (
        patterns.ADDRESS_LINE.fullmatch(lines[end].strip()[:250])
        or patterns.VERB_LINE.fullmatch(lines[end].strip()[:60])
    ):
        end += 1
    return end


def _fill(kinds: list[str], start: int, end: int) -> None:
    kinds[start:end] = [_QUOTE] * (end - start)


def _close_gaps(lines: list[str], kinds: list[str]) -> None:
    """Empty lines inside a quote, and the ends of quoted lines that a program broke without a new `>`."""
    previous = -1
    for at, kind in enumerate(kinds):
        if kind != _QUOTE:
            continue
        between = lines[previous + 1 : at]
        if (
            previous >= 0
            and between
            and (not any(line.strip() for line in between) or _is_broken(lines[previous], between))
        ):
            _fill(kinds, previous + 1, at)
        previous = at


def _is_broken(above: str, between: list[str]) -> bool:
    if len(between) > 1 or not between[0].strip():
        return False
    line, quoted = between[0].strip(), above.lstrip("> ").rstrip()
    if line[0] in "_&=?%/#" or (line[0] == "(" and line[-1] in ">)"):
        return True
    return line[0].islower() and bool(quoted) and (len(quoted) >= _FULL_LINE or quoted[-1] not in ".?!:;")


def _mark_signatures(lines: list[str], kinds: list[str]) -> None:
    """Signatures at the end of each run of own words."""
    start = 0
    while start < len(kinds):
        end = start + 1
        while end < len(kinds) and kinds[end] == kinds[start]:
            end += 1
        if kinds[start] == _REPLY:
            begin = start + signatures.begins_at(lines[start:end])
            kinds[begin:end] = [_SIGNATURE] * (end - begin)
        start = end


def _joined(lines: list[str], kinds: list[str], wanted: str) -> str:
    """The lines of a kind; an empty line where something of another kind stood between."""
    out: list[str] = []
    previous = -1
    for at, kind in enumerate(kinds):
        if kind != wanted:
            continue
        if out and at != previous + 1 and out[-1].strip() and lines[at].strip():
            out.append("")
        out.append(lines[at])
        previous = at
    return "\n".join(out).strip("\n").rstrip()
