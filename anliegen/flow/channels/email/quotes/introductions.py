"""Find where a quote is introduced. Positions in, counts of lines out."""

from dataclasses import dataclass

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.quotes import patterns

_ATTRIBUTION_LINES = 5
_JOINED = 600
_BLOCK_LINES = 30


@dataclass(frozen=True, slots=True)
class Introduction:
    """Lines `start` to `end` (not included) introduce a quote."""

    start: int
    end: int
    is_forward: bool = False
    is_block: bool = False  # a header block or separator, where no `>` is to be expected


def attribution(lines: list[str], last: int, *, before_quoted: bool) -> Introduction | None:
    """`Am ... schrieb ...:` whose last line is `last`, up to five lines long. The shortest reading counts."""
    if not lines[last].rstrip().endswith((":", "：")):
        return None
    joined = ""
    for start in range(last, max(-1, last - _ATTRIBUTION_LINES), -1):
        line = lines[start].strip()
        if not line or patterns.QUOTED.match(lines[start]):
            break
        joined = f"{line[: limits.PATTERN_LINE]} {joined}".strip()
        if len(joined) > _JOINED:
            break
        if start > 0 and lines[start - 1].rstrip().endswith(("<", "(")):
            continue  # An address that a line break parted from its bracket.
        if _introduces(joined.lstrip("-_* "), before_quoted=before_quoted):
            return Introduction(_with_name_above(lines, start), last + 1)
    return None


def _introduces(text: str, *, before_quoted: bool) -> bool:
    tells = patterns.tells(text)
    if before_quoted and not tells and (patterns.UNDATED.fullmatch(text) or patterns.CITATION.fullmatch(text)):
        return True
    if not tells and any(character.isdigit() for character in text):
        found = (
            patterns.DATED.fullmatch(text) or patterns.NAME_FIRST.fullmatch(text) or patterns.VERBLESS.fullmatch(text)
        )
        if found:
            return True
    if patterns.DATED_WITH_MAIL.fullmatch(text) or patterns.VERB_THEN_MAIL.fullmatch(text):
        return True
    return bool(patterns.CITATION.fullmatch(text)) and "@" in text


def _with_name_above(lines: list[str], start: int) -> int:
    """A name that a line break parted from its address."""
    wraps = start > 0 and lines[start].lstrip().startswith("<") and 0 < len(lines[start - 1].strip()) < 60
    return start - 1 if wraps else start


def header_block(lines: list[str], start: int, *, after_separator: bool) -> Introduction | None:
    """`Von: / Gesendet: / An: / Betreff:` from this line on, in any order, with long fields over several"
    " lines."""
    first = _field(lines[start])
    if first is None or first[0] in ("cc", "other"):
        return None
    kinds = {first[0]}
    values = first[1]
    at, end, strays = start + 1, start + 1, 0
    while at < min(len(lines), start + _BLOCK_LINES):
        field = _field(lines[at])
        if field and field[0] in kinds and field[0] not in ("cc", "other"):
            break  # Each stands once in a header: what follows is something else.
        if field:
            kinds.add(field[0])
            values += field[1] if field[0] == "from" else ""
            end, strays = at + 1, 0
        elif not lines[at].strip():
            following = _field(lines[at + 1]) if at + 1 < len(lines) else None
            if following is None or following[0] in kinds:
                break
        else:
            # A fold of the field above: names, addresses, the rest of a long subject.
            strays += 0 if "@" in lines[at] or lines[at].rstrip().endswith((";", ",")) else 1
            if strays > 1:
                break
        at += 1
    if not _is_header(kinds, values, after_separator=after_separator):
        return None
    return Introduction(start, end, is_block=True)


def _field(line: str) -> tuple[str, str] | None:
    match = patterns.FIELD.fullmatch(line[: limits.PATTERN_LINE].rstrip())
    if not match:
        return None
    kind = patterns.FIELD_KINDS.get(match[1].strip().lower())
    return (kind, match[2]) if kind else None


def _is_header(kinds: set[str], sender: str, *, after_separator: bool) -> bool:
    if "from" not in kinds:
        return False
    if "subject" in kinds and ("sent" in kinds or "to" in kinds):
        return True
    if "sent" in kinds and ("to" in kinds or "@" in sender):
        return True
    return after_separator and len(kinds) >= 2


def separator(lines: list[str], at: int) -> Introduction | None:
    """`-----Ursprüngliche Nachricht-----` and its like, with the header block below it if there is one."""
    line = lines[at].strip()[: limits.PATTERN_LINE]
    is_forward = False
    if patterns.SEPARATOR.fullmatch(line):
        is_forward = patterns.is_forward(line)
    elif patterns.FORWARD_LINE.fullmatch(line):
        is_forward = True
    elif not patterns.ABOVE_LINE.fullmatch(line):
        return _ruled_block(lines, at)
    block = _block_below(lines, at)
    return Introduction(at, block.end if block else at + 1, is_forward=is_forward, is_block=True)


def _ruled_block(lines: list[str], at: int) -> Introduction | None:
    """A rule introduces something only if a header block follows it."""
    if not patterns.RULE.fullmatch(lines[at][: limits.PATTERN_LINE]):
        return None
    block = _block_below(lines, at)
    return Introduction(at, block.end, is_block=True) if block else None


def _block_below(lines: list[str], at: int) -> Introduction | None:
    for below in range(at + 1, min(len(lines), at + 4)):
        if lines[below].strip():
            return header_block(lines, below, after_separator=True)
    return None
