"""Find where a quote is introduced. Positions in, counts of lines out."""

from dataclasses import dataclass

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.quotes import patterns

_ATTRIBUTION_LINES = 5
_JOINED = 600
_BLOCK_LINES = 30
_BEFORE_QUOTED = (patterns.NAME_AND_DATE, patterns.DATE_AND_NAME)
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
    if before_quoted and any(one.fullmatch(line.strip()) for one in _BEFORE_QUOTED):
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
    if patterns.has_verb(text):
        if before_quoted and patterns.tells_of_oneself(text):
            return False
        if _by_verb(text, before_quoted=before_quoted, has_digit=has_digit):
            return True
    if before_quoted and "@" in text and any(one.fullmatch(text) for one in _BEFORE_QUOTED):
        return True
    if has_digit and not patterns.tells(text) and (patterns.VERBLESS.fullmatch(text) or patterns.ASIAN.fullmatch(text)):
        return True
    return (before_quoted or "@" in text) and patterns.CITATION.fullmatch(text) is not None


def _by_verb(text: str, *, before_quoted: bool, has_digit: bool) -> bool:
    """Whether `schrieb` and its like make an attribution of it, and not a sentence that tells of it."""
    if before_quoted and (patterns.UNDATED.fullmatch(text) or (has_digit and patterns.DATED.fullmatch(text))):
        return True
    if patterns.tells(text):
        return False
    if has_digit and patterns.DATED.fullmatch(text):
        has_date = patterns.CLOCK.search(text) or patterns.FULL_DATE.search(text)
        return "@" in text or bool(has_date and not patterns.is_sentence(text))
    if has_digit and (patterns.NAME_FIRST.fullmatch(text) or patterns.DATE_FIRST.fullmatch(text)):
        return True
    return "@" in text and bool(patterns.DATED_WITH_MAIL.fullmatch(text) or patterns.VERB_THEN_MAIL.fullmatch(text))


def _with_lines_above(lines: list[str], start: int) -> int:
    """A name that a line break parted from its address; a date that stands on lines before the name."""
    if start > 0 and lines[start].lstrip().startswith("<"):
        # Polymail puts an empty line between the two.
        above = start - 1 if lines[start - 1].strip() or start == 1 else start - 2
        line = lines[above].strip()
        if 0 < len(line) < 60 and (above == start - 1 or patterns.BEGINS_DATED.match(line)):
            start = above
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
    header = _Header()
    at = end = start
    while at < min(len(lines), start + _BLOCK_LINES):
        field = _field(lines[at])
        if field is not None:
            if header.has(field[0]):
                break  # Each stands once in a header: what follows is something else.
            header.add(*field)
            end = at + 1
        elif lines[at].strip():
            if not header.goes_on(lines[at]):
                break
        elif not header.has_more(lines[at + 1] if at + 1 < len(lines) else ""):
            break
        at += 1
    return Introduction(start, end, is_block=True) if header.is_one(after_separator=after_separator) else None


class _Header:
    """The fields of a header block so far."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.sender = self.values = ""
        self.strays = 0  # lines in a row that belong to no field for sure

    def has(self, kind: str) -> bool:
        return kind in self.kinds and kind not in ("cc", "other")

    def add(self, kind: str, value: str) -> None:
        self.kinds.add("sent" if kind == "date" else kind)
        self.kinds.add(kind)
        self.sender += value if kind == "from" else ""
        self.values += f" {value}"
        self.strays = 0
        if patterns.SUBJECT_INSIDE.search(value):
            self.kinds.add("subject")

    def goes_on(self, line: str) -> bool:
        """Whether a line may be the fold of the field above: names, addresses, the rest of a long subject."""
        self.strays += 0 if "@" in line or line.rstrip().endswith((";", ",")) else 1
        if "@" in line:
            self.values += f" {line[: limits.PATTERN_LINE]}"
        return self.strays <= 1

    def has_more(self, below: str) -> bool:
        """Whether the header goes on below an empty line."""
        following = _field(below)
        return following is not None and following[0] not in self.kinds

    def is_one(self, *, after_separator: bool) -> bool:
        kinds = self.kinds
        has_clock = bool(patterns.CLOCK.search(self.values.translate(_DIRECTIONS)))
        if "from" not in kinds:
            return kinds >= {"sent", "to"} and "@" in self.values and has_clock
        if after_separator:
            return len(kinds - {"date"}) >= 2
        if "@" not in self.values and not has_clock:
            return False  # Somebody typed it: `Von: Hauptbahnhof`, `Betreff: Verspätung`.
        if "subject" in kinds:
            return "sent" in kinds or "to" in kinds
        if "date" in kinds and "@" not in self.sender:
            return False
        return "sent" in kinds and ("to" in kinds or "@" in self.sender)


def _field(line: str) -> tuple[str, str] | None:
    beginning = line[:60]
    if ":" not in beginning and "：" not in beginning:
        return None
    match = patterns.FIELD.fullmatch(line[: limits.PATTERN_LINE].rstrip())
    if not match:
        return None
    name = match[1].strip().lower()
    kind = "date" if name in patterns.PLAIN_DATE else patterns.FIELD_KINDS.get(name)
    return (kind, match[2]) if kind else None


def separator(lines: list[str], at: int) -> Introduction | None:
    """`-----Ursprüngliche Nachricht-----` and its like, with the header block below it if there is one."""
    line = lines[at].strip()[: limits.PATTERN_LINE]
    if line[:1].isalnum() and not line.endswith((":", "：")) and not patterns.DAVID.fullmatch(line):
        return _ruled_block(lines, at)  # All others begin with dashes or end with a colon.
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
    return dashed is not None and _introduces(f"{dashed[1]}:", before_quoted=True)


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
