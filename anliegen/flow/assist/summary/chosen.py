"""Which sentences of a conversation are worth standing above it. Pure: nothing is written, only chosen."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anliegen.flow.assist.summary.facts import facts
from anliegen.flow.assist.summary.rules import LANGUAGES, Rules
from anliegen.flow.assist.summary.sentences import LOOKED_AT, Sentence, sentences
from anliegen.flow.assist.summary.unanswered import unanswered

MOST_WANTS, MOST_FACTS, MOST_ANSWERS, MOST_OPEN = 5, 10, 5, 3
MOST_SAID = 300  # messages that are looked at: the first one and the newest
MOST_CHARACTERS = 400_000  # of all that is read: the first message, and of the newest as many as that takes
_WORD = re.compile(r"\w+")
_WANTS_OF_ONE, _ANSWERS_OF_ONE, _NEWEST_OPEN = 3, 2, 2
_WORTH_A_LINE = 25  # signs of a sentence that is known by no word of ours, and chosen only where nothing better is
_SHORTEST = 12  # signs; "Ja." or "Und?" say nothing without what stands around them


@dataclass(frozen=True)
class Said:
    """A message: its key, whether the customer wrote it, what was said, and in which language ("" is not known)."""

    key: int
    is_customers: bool
    text: str
    language: str = ""


@dataclass(frozen=True)
class Line:
    """`text` is what is shown, `said.text[start:end]`; `sentence` is the whole sentence it stands in.

    `kind`: wish, question, trouble; number, iban, amount, quantity, day, hour, place, code; answer, promise.
    """

    kind: str
    key: int
    start: int
    end: int
    text: str
    sentence: tuple[int, int]


@dataclass(frozen=True)
class Summary:
    """What the customer wants, what was named, what we answered and promised, what is open; each oldest first.

    `waits_for_customer`: what is open is a question of ours. `is_partial`: something was too long to be read whole.
    """

    wants: tuple[Line, ...] = ()
    facts: tuple[Line, ...] = ()
    answers: tuple[Line, ...] = ()
    open: tuple[Line, ...] = ()
    waits_for_customer: bool = False
    is_partial: bool = False

    @property
    def first(self) -> Line | None:
        """The one sentence, where there is room for one."""
        return next(iter((*self.wants, *self.open, *self.answers)), None)


@dataclass(frozen=True)
class _Weighed:
    line: Line
    weight: int
    place: int  # of its message


def summarise(conversation: Sequence[Said]) -> Summary:
    """Of messages in the order of time, without what machines wrote. The first and the newest MOST_SAID are read."""
    read = _read(conversation)
    wants: list[_Weighed] = []
    answers: list[_Weighed] = []
    named: list[Line] = []
    newest: list[_Weighed] = []  # what is to be answered in the newest message that is no thanks only
    passed_over: list[_Weighed] = []  # questions of earlier messages that none of our answers went into
    newest_is_customers = False
    for place, said in enumerate(read):
        rules = _rules(said)
        own = list(sentences(said.text))
        named += _named(said, own)
        found = _weighed(said, own, rules, place)
        if said.is_customers:
            wants += _best(found, _WANTS_OF_ONE)
            asked = [one for one in found if one.line.kind in ("wish", "question")]
            if not asked and not newest and not newest_is_customers and _is_thanks(said, own, rules):
                passed_over = []
            newest = asked if not newest_is_customers else [*newest, *asked]
        else:
            answers += _best([one for one in found if one.line.kind != "question"], _ANSWERS_OF_ONE)
            passed_over = _passed_over([*passed_over, *(newest if newest_is_customers else ())], said, found, own)
            newest = [one for one in found if one.line.kind == "question"]
        newest_is_customers = said.is_customers
    waits = bool(newest) and not newest_is_customers
    return Summary(
        wants=_lines(_first_and_newest(wants, MOST_WANTS)),
        facts=_once(named)[:MOST_FACTS],
        answers=_lines(sorted(answers, key=_rank)[:MOST_ANSWERS]),
        open=_lines(_open(passed_over, newest, waits=waits)),
        waits_for_customer=waits,
        is_partial=len(read) < len(conversation) or any(len(said.text) > LOOKED_AT for said in read),
    )


def _open(passed_over: Sequence[_Weighed], newest: Sequence[_Weighed], *, waits: bool) -> list[_Weighed]:
    """What was passed over stands beside the newest, where it is the customer who waits."""
    kept = list(newest[-_NEWEST_OPEN:])
    return kept if waits else [*passed_over[-(MOST_OPEN - len(kept)) :], *kept]


def _passed_over(
    asked: Sequence[_Weighed], ours: Said, found: Sequence[_Weighed], own: Sequence[Sentence]
) -> list[_Weighed]:
    """The questions among these that this message of ours does not go into."""
    questions = [one for one in asked if one.line.text.endswith("?")]
    only_asks = bool(found) and all(one.line.kind == "question" for one in found)
    if only_asks:
        return questions
    left = unanswered([one.line.text for one in questions], [ours.text[one.start : one.end] for one in own])
    return [one for place, one in enumerate(questions) if place in left]


def _is_thanks(said: Said, own: Sequence[Sentence], rules: Rules) -> bool:
    """Whether somebody says thanks and nothing that troubles them: then nothing is open for them."""
    words = [_WORD.findall(said.text[one.start : one.end].lower()) for one in own]
    return any(rules.filler.stand_in(each) for each in words) and not any(
        rules.trouble.stand_in(each) for each in words
    )


def _read(conversation: Sequence[Said]) -> list[Said]:
    """With what it began, and the newest, as far as they are not too long together."""
    kept, left = [], MOST_CHARACTERS
    for said in reversed(conversation[1:][-MOST_SAID:]):
        left -= min(len(said.text), LOOKED_AT)
        if left < 0:
            break
        kept.append(said)
    return [*conversation[:1], *reversed(kept)]


def _rules(said: Said) -> Rules:
    return LANGUAGES.get(said.language[:2].lower(), LANGUAGES["de"])


def _weighed(said: Said, own: Sequence[Sentence], rules: Rules, place: int) -> list[_Weighed]:
    weigh = _of_customer if said.is_customers else _of_ours
    found = []
    for one in own:
        kind, weight = weigh(said.text[one.start : one.end], rules)
        if weight > 0:
            found.append(_Weighed(_line(kind, said, one), weight, place))
    return found


def _of_customer(said: str, rules: Rules) -> tuple[str, int]:
    words = _WORD.findall(said.lower())
    if len(said) < _SHORTEST and not rules.trouble.stand_in(words):
        return "", 0
    has_trouble = rules.trouble.stand_in(words)
    if said.endswith("?"):
        return "question", 4 + has_trouble
    if not has_trouble and rules.filler.stand_in(words):
        return "", 0
    if rules.wish.stand_in(words):
        return "wish", 4 + has_trouble
    return "trouble", 2 if has_trouble else 0 if len(said) < _WORTH_A_LINE else 1


def _of_ours(said: str, rules: Rules) -> tuple[str, int]:
    words = _WORD.findall(said.lower())
    if len(said) < _SHORTEST or not words:
        return "", 0
    if said.endswith("?"):
        return "question", 3
    if rules.filler.stand_in(words):
        return "", 0
    if rules.promise.search(said):
        return "promise", 4
    if rules.wish.stand_at(words, 0):
        return "question", 2  # what we ask of them
    if rules.answer.stand_in(words):
        return "answer", 3
    return "answer", 1 if len(said) >= _WORTH_A_LINE else 0


def _line(kind: str, said: Said, one: Sentence) -> Line:
    return Line(kind, said.key, one.start, one.end, said.text[one.start : one.end], (one.start, one.end))


def _named(said: Said, own: Iterable[Sentence]) -> list[Line]:
    return [
        Line(fact.kind, said.key, fact.start, fact.end, said.text[fact.start : fact.end], (one.start, one.end))
        for one in own
        for fact in facts(said.text, one.start, one.end)
    ]


def _once(lines: Iterable[Line]) -> tuple[Line, ...]:
    """What is named several times stands where it was named first."""
    found: dict[str, Line] = {}
    for line in lines:
        found.setdefault("".join(line.text.split()).casefold(), line)
    return tuple(found.values())


def _rank(one: _Weighed) -> tuple[int, int, int]:
    """The weightiest first; of the same weight the newest, of one message the first."""
    return -one.weight, -one.place, one.line.start


def _best(found: Sequence[_Weighed], most: int) -> list[_Weighed]:
    """What is known by no word counts for a customer only where nothing else does, and then one of it."""
    known = [one for one in found if one.weight > 1 or one.line.kind == "answer"]
    return sorted(known, key=lambda one: (-one.weight, one.line.start))[:most] or list(found[:1])


def _first_and_newest(found: Sequence[_Weighed], most: int) -> list[_Weighed]:
    """With what it all began, and then what was wanted last."""
    first = [one for one in found if one.place == found[0].place][:2]
    rest = [one for one in found if one not in first]
    return [*first, *sorted(rest, key=_rank)[: most - len(first)]]


def _lines(found: Iterable[_Weighed]) -> tuple[Line, ...]:
    return tuple(one.line for one in sorted(found, key=lambda one: (one.place, one.line.start)))
