"""Find the promises in an answer: which of the times in it bind us, until when, and how surely."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from anliegen.records.accounts.calendar import BusinessHours
from anliegen.records.tickets.promising import english_times, english_words, german_times, german_words
from anliegen.records.tickets.promising.days import Days
from anliegen.records.tickets.promising.found import Found, Kind
from anliegen.records.tickets.promising.sentences import Sentence, masked, sentences

MOST = 10  # promises in one text; who promises more is asked about the first
LONGEST_READ = 50_000  # signs of a text; an answer is shorter
LONGEST_AHEAD_DAYS = 300  # a day without its year that lies further ahead has passed
_LONGEST_WORDS = 400
LANGUAGES = ((german_times, german_words), (english_times, english_words))


@dataclass(frozen=True)
class Noticed:
    """A passage that binds us.

    `passage` are the words of the time, from `start` to `end` of the text; `words` the sentence, as the customer reads
    it. `kind`: `by` a time, `on` a day, or `within` a span. `is_firm` is False where it is only hoped or tried.
    """

    start: int
    end: int
    passage: str
    words: str
    due_at: datetime
    kind: Kind
    is_firm: bool
    key: str


def noticed(text: str, now: datetime, hours: BusinessHours | None = None) -> list[Noticed]:
    """The promises in a text that is written now, in their order; of several times in one clause the latest counts.

    What was quoted, asked, denied or made to depend on something binds nobody, nor does what the customer is to do.
    """
    plain = masked(text.replace("\r\n", "\n")[:LONGEST_READ])
    days, found = Days(now, hours), list[Noticed]()
    for sentence in sentences(plain):
        found += _of_sentence(sentence, days)
        if len(found) >= MOST:
            break
    return _with_keys(found[:MOST])


def _of_sentence(sentence: Sentence, days: Days) -> Iterator[Noticed]:
    for times, words in LANGUAGES:
        hits = _apart(hit for each in times.PATTERNS for hit in each.find(sentence.low, days))
        if not hits or sentence.is_question or _depends(sentence, words):
            continue
        latest: dict[int, Found] = {}
        for hit in hits:
            if _binds(sentence, hit, words, days):
                place = sentence.clause_of(hit.start)
                latest[place] = max(latest.get(place, hit), hit, key=lambda one: one.due_at)
        for place, hit in latest.items():
            yield _noticed(sentence, place, hit, words)


def _apart(hits: Iterator[Found]) -> list[Found]:
    """Without those that lie within a longer one: "3.12." in "Freitag, den 3.12."."""
    kept: list[Found] = []
    for hit in sorted(hits, key=lambda one: (one.start - one.end, one.start)):
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda one: one.start)


def _depends(sentence: Sentence, words: ModuleType) -> bool:
    """Whether the sentence makes what it says depend on something."""
    low = words.NO_CONDITION.sub(" ", sentence.low)
    return words.CONDITION.search(low) is not None


def _binds(sentence: Sentence, hit: Found, words: ModuleType, days: Days) -> bool:
    """Whether somebody of ours does something by that time."""
    if words.BEFORE.search(sentence.low[max(hit.start - 24, 0) : hit.start]) is not None:
        return False
    if (hit.due_at - days.now).days > LONGEST_AHEAD_DAYS and not re.search(r"\d{4}", sentence.low[hit.start : hit.end]):
        return False
    place = sentence.clause_of(hit.start)
    start, end = sentence.clauses[place]
    clause, so_far = sentence.low[start:end], sentence.low[:end]
    if _is_taken_out(clause, hit, words) or _is_theirs(sentence, place, clause, words):
        return False
    return any(sign.search(clause) for sign in words.BINDS) or (
        _leans_on(sentence, place, words) and any(sign.search(so_far) for sign in words.BINDS)
    )


def _is_taken_out(clause: str, hit: Found, words: ModuleType) -> bool:
    has_passed = getattr(words, "LONG_PAST", words.PAST) if hit.kind != "on" else words.PAST
    signs = (words.NEGATED, words.FACT, has_passed, getattr(words, "MIGHT", None))
    return any(sign is not None and sign.search(clause) is not None for sign in signs)


def _is_theirs(sentence: Sentence, place: int, clause: str, words: ModuleType) -> bool:
    """Whether it is the customer who is to do it, or who says it."""
    needs = getattr(words, "NEEDS", None)
    if any(sign is not None and sign.search(clause) for sign in (words.YOU_DO, words.ORDERS, needs)):
        return True
    before = sentence.low[: sentence.clauses[place][0]]
    asked = needs.search(before) if needs is not None else None
    if (zu := getattr(words, "ZU", None)) is not None and asked is not None and zu.search(clause):
        return True
    if words.THEN.search(clause) and words.PLEASE.search(before):
        return True
    if words is english_words:  # no comma stands before what is reported
        return words.THEY_SAY.search(before + clause) is not None
    is_reported = words.REPORTED.search(clause) is not None and words.THEY_SAY.search(before) is not None
    return is_reported or words.ASKED_WHETHER.search(clause) is not None


def _leans_on(sentence: Sentence, place: int, words: ModuleType) -> bool:
    """Whether a clause has its subject in the one before it: "Ich prüfe das, spätestens bis Freitag"."""
    if place == 0:
        return False
    start, end = sentence.clauses[place]
    before = sentence.low[sentence.clauses[place - 1][0] : start]
    taken_out = (words.NEGATED, words.YOU_DO, words.ORDERS, getattr(words, "NEEDS", None), words.FACT)
    if any(sign is not None and sign.search(before) for sign in taken_out):
        return False
    clause = sentence.low[start:end]
    if words is english_words and words.CARRIES_ON.search(clause):
        return True
    return len(clause.split()) <= 6 and re.search(r"\bsie\b|\byou\b", clause) is None


def _noticed(sentence: Sentence, place: int, hit: Found, words: ModuleType) -> Noticed:
    until = sentence.clauses[place][1]
    return Noticed(
        start=sentence.start + hit.start,
        end=sentence.start + hit.end,
        passage=" ".join(sentence.text[hit.start : hit.end].split()),
        words=_as_line(sentence.text),
        due_at=hit.due_at,
        kind=hit.kind,
        is_firm=words.SOFT.search(sentence.low[:until]) is None,
        key="",
    )


def _as_line(text: str) -> str:
    line = " ".join(text.split()).strip(" -*•–")
    line = line[:1].upper() + line[1:]  # after a greeting a German letter goes on in lower case
    return line if len(line) <= _LONGEST_WORDS else line[: _LONGEST_WORDS - 1].rstrip() + "…"


def _with_keys(found: Sequence[Noticed]) -> list[Noticed]:
    """Named by the words of their times and counted, so that what was said of one holds while others are written."""
    seen: dict[str, int] = {}
    named = []
    for one in found:
        word = re.sub(r"\W+", "-", one.passage.lower()).strip("-")[:40]
        seen[word] = seen.get(word, 0) + 1
        key = word if seen[word] == 1 else f"{word}-{seen[word]}"
        named.append(Noticed(**{**vars(one), "key": key}))
    return named
