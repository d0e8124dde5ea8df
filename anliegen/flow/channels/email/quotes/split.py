"""A text into what the sender wrote now, what is quoted, and the signature. Every line lands in exactly one of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.laid import Laid, Mark
from anliegen.flow.channels.email.quotes import footers, introductions, patterns, signatures
from anliegen.flow.channels.email.quotes.introductions import Introduction

# Lines passed on are the sender's message too, but their signatures are somebody else's words in it.
_REPLY, _PASSED_ON, _QUOTE, _SIGNATURE = "reply", "passed on", "quote", "signature"
_FULL_LINE = 55  # characters of a quoted line that a mail program may have broken
_REMAINS = frozenset({"<", ",", ".", ")", ";"})  # what is left of a line that was broken twice
_ABOVE_A_FORM = 5  # lines


@dataclass(frozen=True, slots=True)
class Split:
    """The three texts of a mail. `forwarded`: a message passed on, whose content counts as the sender's own."""

    reply_text: str
    quoted_text: str
    signature: str
    forwarded: bool


def split(text: str | Laid, *, subject: str = "", is_answer: bool = False) -> Split:
    """Tell a sender's own words from quotes and signature, answers between quoted lines included, in their order.

    What was forwarded is what the sender wants to tell, so it counts as own words; so does everything when a mail
    would be nothing but quote, because folding it would hide what was said. `is_answer`: the mail names another as
    the one it answers. Looks at `limits.QUOTE_LINES` lines; what lies beyond goes where the line before it went.
    """
    laid = text if isinstance(text, Laid) else Laid(text)
    lines = laid.text.split("\n", limits.QUOTE_LINES)
    reading = _Reading(lines, laid.marks, subject[:50])
    reading.find_quotes()
    _close_gaps(lines, reading.kinds)
    reading.find_signatures(is_answer=is_answer or bool(patterns.ANSWER_SUBJECT.match(subject[:50])))
    return Split(
        reply_text=_joined(lines, reading.kinds, _REPLY, _PASSED_ON),
        quoted_text=_joined(lines, reading.kinds, _QUOTE),
        signature=_joined(lines, reading.kinds, _SIGNATURE),
        forwarded=reading.forwarded,
    )


class _Reading:
    """Which kind each line is, as far as it is known."""

    def __init__(self, lines: list[str], marks: Mapping[int, Mark], subject: str) -> None:
        self.lines, self.marks = lines, marks
        self.is_forward_subject = bool(patterns.FORWARD_SUBJECT.match(subject))
        self.kinds = _marked_quotes(lines)
        self.has_quote = _QUOTE in self.kinds
        self.forwarded = False
        self.first_own = len(lines)  # the first line of own words, as far as they are known
        self.all_is_told = False  # a mail that begins with its history: an answer may stand anywhere in it

    def find_quotes(self) -> None:
        at = 0
        while at < len(self.lines):
            introduction = self._introduction(at) if self.kinds[at] == _REPLY else None
            if introduction is None:
                self._pass(at)
                at += 1
                continue
            at = self._enter(introduction)

    def find_signatures(self, *, is_answer: bool) -> None:
        """Warnings above, signatures at the end of each run of own words."""
        end = footers.banner_end(self.lines)
        self._fill(0, end, _SIGNATURE, only=_REPLY)
        start = end
        while start < len(self.kinds):
            end = start + 1
            while end < len(self.kinds) and self.kinds[end] == self.kinds[start]:
                end += 1
            if self.kinds[start] == _REPLY:
                self._sign(start, end, is_answer=is_answer)
            start = end

    def _pass(self, at: int) -> None:
        if self.kinds[at] == _QUOTE and self._begins_a_quoted_forward(at):
            self.forwarded = True
            self._fill(at, len(self.lines), _PASSED_ON)
        if self.kinds[at] != _REPLY:
            return
        if self.marks.get(at) is Mark.INTRODUCES:
            self.kinds[at] = _QUOTE
        elif self.lines[at].strip():
            self.first_own = min(at, self.first_own)

    def _enter(self, introduction: Introduction) -> int:
        """Take what was introduced for what it is; where to go on reading."""
        size = len(self.lines)
        if introduction.is_forward or (introduction.is_block and self.is_forward_subject):
            self.forwarded = True
            self._fill(introduction.start, size, _PASSED_ON)
            return size
        end = self._with_address_lines(introduction.end)
        following = next((below for below in range(end, size) if self.lines[below].strip()), size)
        if following < size and self.kinds[following] == _QUOTE:
            self._fill(introduction.start, following, _QUOTE)
            return following
        if self.first_own >= introduction.start or self.all_is_told or self._is_form(introduction.start):
            self.all_is_told = True
            return max(introduction.end, introduction.start + 1)
        if self._answers_inside(introduction.start):
            self._fill(introduction.start, size, _PASSED_ON)
            return size
        self.has_quote = True
        self._fill(introduction.start, size, _QUOTE)
        return size

    def _introduction(self, at: int) -> Introduction | None:
        lines = self.lines
        if self.marks.get(at) is Mark.BEGINS:
            return self._by_structure(at)
        if not lines[at].strip():
            return None
        block = introductions.separator(lines, at) or introductions.header_block(lines, at, after_separator=False)
        if block:
            return block
        following = next((below for below in range(at + 1, min(len(lines), at + 4)) if lines[below].strip()), at)
        return introductions.attribution(lines, at, before_quoted=following > at and self.kinds[following] == _QUOTE)

    def _by_structure(self, at: int) -> Introduction:
        """Here the HTML says that history begins, in whatever language its header is."""
        first = next((below for below in range(at, min(len(self.lines), at + 4)) if self.lines[below].strip()), at)
        told = introductions.separator(self.lines, first) or introductions.header_block(
            self.lines, first, after_separator=True
        )
        return Introduction(at, told.end if told else at, is_forward=bool(told and told.is_forward), is_block=True)

    def _begins_a_quoted_forward(self, at: int) -> bool:
        """Apple Mail quotes what it forwards, its own heading included; answers quote such a heading further down."""
        if at and self.kinds[at - 1] == _QUOTE:
            return False
        return patterns.FORWARD_LINE.fullmatch(self.lines[at].strip("> ")[: limits.PATTERN_LINE]) is not None

    def _with_address_lines(self, end: int) -> int:
        """`... wrote:` whose address and verb stand once more on lines of their own."""
        while end < len(self.lines) and (
            patterns.ADDRESS_LINE.fullmatch(self.lines[end].strip()[:250])
            or patterns.VERB_LINE.fullmatch(self.lines[end].strip()[:60])
        ):
            end += 1
        return end

    def _is_form(self, start: int) -> bool:
        """Whether the block is what a web form sent: its heading above, and what was entered below."""
        above = [line for line in self.lines[:start] if line.strip()]
        if len(above) > _ABOVE_A_FORM or any(patterns.SALUTATION.match(line) for line in above):
            return False
        return any(patterns.FORM.search(line[: limits.PATTERN_LINE]) for line in above)

    def _answers_inside(self, start: int) -> bool:
        above = self.lines[max(0, start - 30) : start]
        return any(patterns.ANSWERS_INSIDE.search(line[: limits.PATTERN_LINE]) for line in above)

    def _sign(self, start: int, end: int, *, is_answer: bool) -> None:
        begin = start + signatures.begins_at(self.lines[start:end])
        marked = next((at for at in range(start, begin) if self.marks.get(at) is Mark.SIGNS), begin)
        if any(line.strip() for line in self.lines[start:marked]):
            begin = marked
        self._fill(begin, end, _SIGNATURE)
        if is_answer and not self.has_quote:
            self._fold_below_a_program(start, begin)

    def _fold_below_a_program(self, start: int, end: int) -> None:
        """An answer without any mark of a quote: programs put their line between the answer and the history."""
        for at in range(start + 1, end):
            if self._is_program_line(at, end) and any(line.strip() for line in self.lines[start:at]):
                self.kinds[at] = _SIGNATURE
                self._fill(at + 1, end, _QUOTE)
                return

    def _is_program_line(self, at: int, end: int) -> bool:
        """A paragraph that is nothing but a program's line."""
        if self.lines[at - 1].strip() or (at + 1 < end and self.lines[at + 1].strip()):
            return False
        return footers.is_program_line(self.lines[at][: limits.PATTERN_LINE])

    def _fill(self, start: int, end: int, kind: str, *, only: str = "") -> None:
        if not only:
            self.kinds[start:end] = [kind] * (end - start)
            return
        for at in range(start, end):
            self.kinds[at] = kind if self.kinds[at] == only else self.kinds[at]


def _marked_quotes(lines: list[str]) -> list[str]:
    """Reply or quote for each line by its `>` alone."""
    kinds = [_QUOTE if patterns.QUOTED.match(line) else _REPLY for line in lines]
    quoted = [at for at, kind in enumerate(kinds) if kind == _QUOTE]
    if quoted and all(patterns.MORE_THAN.match(lines[at]) for at in quoted):
        return [_REPLY] * len(lines)
    for at in quoted:
        line = lines[at][: limits.PATTERN_LINE]
        is_torn = at > 0 and kinds[at - 1] == _REPLY and "<" in lines[at - 1]
        # What introduces a quote without marks, and the end of an attribution, are no quoted lines.
        if patterns.GROUPWISE.fullmatch(line) or (is_torn and patterns.BRACKET_LINE.fullmatch(line)):
            kinds[at] = _REPLY
    return kinds


def _close_gaps(lines: list[str], kinds: list[str]) -> None:
    """Empty lines inside a quote, and the ends of quoted lines that a program broke without a new `>`."""
    previous = -1
    for at, kind in enumerate(kinds):
        if kind != _QUOTE:
            continue
        between = lines[previous + 1 : at] if previous >= 0 and at - previous > 1 else []
        if between and (not any(line.strip() for line in between) or _is_broken(lines[previous], between)):
            kinds[previous + 1 : at] = [_QUOTE] * (at - previous - 1)
        previous = at


def _is_broken(above: str, between: list[str]) -> bool:
    if len(between) > 1 or not between[0].strip():
        return False
    line, quoted = between[0].strip(), above.lstrip("> ").rstrip()
    if line[0] in "_&=?%/#" or (line[0] == "(" and line[-1] in ">)"):
        return True
    if line in _REMAINS:
        return True
    return line[0].islower() and bool(quoted) and (len(quoted) >= _FULL_LINE or quoted[-1] not in ".?!:;")


def _joined(lines: list[str], kinds: list[str], *wanted: str) -> str:
    """The lines of these kinds; an empty line where something of another kind stood between."""
    out: list[str] = []
    previous = -1
    for at, kind in enumerate(kinds):
        if kind not in wanted:
            continue
        if out and at != previous + 1 and out[-1].strip() and lines[at].strip():
            out.append("")
        out.append(lines[at])
        previous = at
    return "\n".join(out).strip("\n").rstrip()
