"""Find where a quote is introduced. Positions in, counts of lines out."""

from dataclasses import dataclass

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.quotes import patterns

_ATTRIBUTION_LINES = 5
_JOINED = 600
_BLOCK_LINES = 30
_SURE = (patterns.NAME_FIRST, patterns.VERBLESS, patterns.DATE_FIRST)
_NEAR = 4  # lines in which what belongs to an introduction must follow
# Marks of writing direction, which Windows Mail puts around each number of a date.
_DIRECTIONS = {ord(character): None for character in "\u200e\u200f\u202a\u202c"}


@dataclass(frozen=True, slots=True)
class Introduction:
    """Lines `start` to `end` (not included) introduce a quote."""

    start: int
    end: int
    is_forward: bool = False
    is_block: bool = False  # a header block or separator, where no `>` is to be expected


def attribution(lines: list[str], last: int, *, before_quoted: bool) -> Introduction | None:
    """`Am ... schrieb ...:` whose last line is `last`, up to five lines long. The shortest reading counts."""
    ending = _ending(lines[last], before_quoted=before_quoted)
    if ending is None:
        return None
    joined = ""
    for start in range(last, max(-1, last - _ATTRIBUTION_LINES), -1):
        line = lines[start].strip()
        if not line or (start < last and patterns.QUOTED.match(lines[start])):
            break
        joined = _glued(line[: limits.PATTERN_LINE], joined)
        if len(joined) > _JOINED:
            break
        if start > 0 and lines[start - 1].rstrip().endswith(("<", "(", "=")):
            continue  # An address that a line break parted from its bracket.
        if _introduces(joined.lstrip("-_* ") + ending, before_quoted=before_quoted):
            return Introduction(_with_lines_above(lines, start), last + 1)
    return None


def _ending(line: str, *, before_quoted: bool) -> str | None:
    """What is to be added so that the line ends in a colon; None when it does not look like an attribution."""
    end = line.rstrip()[-60:]
    if end.endswith((":", "：")):
        return ""
    if "@" not in line or len(line) > limits.PATTERN_LINE:
        return None
    if before_quoted and patterns.NAME_AND_DATE.fullmatch(line.strip()):
        return ""
    named = patterns.WITHOUT_COLON.fullmatch(line.strip())
    return ":" if named and patterns.CLOCK.search(line) else None


def _glued(line: str, below: str) -> str:
    """Two lines of one sentence: with a space, unless the break parted an address or an encoded word."""
    if not below:
        return line
    if line.endswith("="):
        return line[:-1] + below
    return line + below if below[0] == ">" else f"{line} {below}"


def _introduces(text: str, *, before_quoted: bool) -> bool:
    has_digit = any(character.isdigit() for character in text)
    if before_quoted:
        return not patterns.tells_of_oneself(text) and _reads_as_one(text, has_digit=has_digit)
    if has_digit and not patterns.tells(text) and patterns.DATED.fullmatch(text):
        return "@" in text or bool(patterns.CLOCK.search(text) or patterns.FULL_DATE.search(text))
    return _is_certain(text, has_digit=has_digit)


def _reads_as_one(text: str, *, has_digit: bool) -> bool:
    """What counts only because quoted lines follow."""
    if patterns.UNDATED.fullmatch(text) or patterns.CITATION.fullmatch(text):
        return True
    if has_digit and patterns.DATED.fullmatch(text):
        return True
    if "@" in text and patterns.NAME_AND_DATE.fullmatch(text):
        return True
    return _is_certain(text, has_digit=has_digit)


def _is_certain(text: str, *, has_digit: bool) -> bool:
    tells = patterns.tells(text)
    if has_digit and not tells and any(one.fullmatch(text) for one in _SURE):
        return True
    if "@" not in text:
        return False
    if patterns.DATED_WITH_MAIL.fullmatch(text) or patterns.VERB_THEN_MAIL.fullmatch(text):
        return not tells
    return bool(patterns.CITATION.fullmatch(text))


def _with_lines_above(lines: list[str], start: int) -> int:
    """A name that a line break parted from its address; a date that stands on lines before the name."""
    if start > 0 and lines[start].lstrip().startswith("<") and 0 < len(lines[start - 1].strip()) < 60:
        start -= 1
    if patterns.BEGINS_DATED.match(lines[start].lstrip("-_* ")):
        return start
    for above in range(start - 1, max(-1, start - _NEAR), -1):
        line = lines[above].strip()
        if not line or len(line) > 60 or line[-1] in ".:!?":
            break
        if patterns.BEGINS_DATED.match(line) and any(character.isdigit() for character in line):
            return above
    return start


def header_block(lines: list[str], start: int, *, after_separator: bool) -> Introduction | None:
    """`Von: / Gesendet: / An: / Betreff:` from this line on, in any order, with long fields over several lines."""
    first = _field(lines[start])
    if first is None or first[0] in ("cc", "other"):
        return None
    kinds = {first[0]}
    sender, values = first[1] if first[0] == "from" else "", first[1]
    at, end, strays = start + 1, start + 1, 0
    while at < min(len(lines), start + _BLOCK_LINES):
        field = _field(lines[at])
        if field and field[0] in kinds and field[0] not in ("cc", "other"):
            break  # Each stands once in a header: what follows is something else.
        if field:
            kinds.add(field[0])
            sender += field[1] if field[0] == "from" else ""
            values += f" {field[1]}"
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
            values += f" {lines[at][: limits.PATTERN_LINE]}"
        at += 1
    if patterns.SUBJECT_INSIDE.search(values):
        kinds.add("subject")
    is_known = after_separator or "@" in values or bool(patterns.CLOCK.search(values.translate(_DIRECTIONS)))
    if not is_known or not _is_header(kinds, sender, after_separator=after_separator):
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
    elif not _opens(line):
        return _ruled_block(lines, at)
    block = _block_below(lines, at)
    return Introduction(at, block.end if block else at + 1, is_forward=is_forward, is_block=True)


def _opens(line: str) -> bool:
    if patterns.ABOVE_LINE.fullmatch(line) or patterns.DAVID.fullmatch(line) or patterns.GROUPWISE.fullmatch(line):
        return True
    dashed = patterns.DASHED.fullmatch(line)
    return dashed is not None and _introduces(f"{dashed[1]}:", before_quoted=False)


def _ruled_block(lines: list[str], at: int) -> Introduction | None:
    """A rule introduces something only if a header block follows it."""
    line = lines[at][: limits.PATTERN_LINE]
    if not patterns.RULE.fullmatch(line) and not patterns.BARE_SEPARATOR.fullmatch(line):
        return None
    block = _block_below(lines, at)
    return Introduction(at, block.end, is_block=True) if block else None


def _block_below(lines: list[str], at: int) -> Introduction | None:
    for below in range(at + 1, min(len(lines), at + _NEAR)):
        if lines[below].strip():
            return header_block(lines, below, after_separator=True)
    return None
