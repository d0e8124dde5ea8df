"""A draft put together from what is there: salutation, what it is about, a fitting text, what is open, an end. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from anliegen.flow.assist.summary.sentences import sentences
from anliegen.flow.assist.summary.unanswered import unanswered

MOST_MIRRORED, MOST_OPEN = 2, 3
LONGEST_MIRRORED = 240
_BRACES = re.compile(r"\{(?=\{)")  # of what customers write nothing is a place of ours


@dataclass(frozen=True)
class Words:
    """What a draft says in one language around what it is made of."""

    thanks: str
    about: str
    question: str
    answer: str
    end: str
    quotes: tuple[str, str]


LANGUAGES = {
    "de": Words(
        thanks="vielen Dank für Ihre Nachricht.",
        about="Ihnen geht es um Folgendes: {said}",
        question="Zu Ihrer Frage {said}: {{{{?Antwort}}}}",
        answer="{{?Antwort}}",
        end="Ist damit alles beantwortet? Wenn nicht, antworten Sie einfach auf diese Nachricht.",
        quotes=("„", "“"),
    ),
    "en": Words(
        thanks="Thank you for your message.",
        about="This is what you are concerned with: {said}",
        question="To your question {said}: {{{{?answer}}}}",
        answer="{{?answer}}",
        end="Does that answer everything? If not, simply reply to this message.",
        quotes=("“", "”"),
    ),
}


def drafted(*, greeting: str, wants: Sequence[str], questions: Sequence[str], base: str, language: str) -> str:
    """`wants` and `questions` are the customer's own sentences; `base` is a text block or an answer to another concern.

    What the base does not go into stands there as an open place, which a person fills before it can be sent.
    """
    words = LANGUAGES.get(language[:2], LANGUAGES["de"])
    mirrored = [_quoted(one, words) for one in wants[:MOST_MIRRORED]]
    first = f"{words.thanks} {words.about.format(said=' '.join(mirrored))}" if mirrored else words.thanks
    open_questions = _open(questions, base)
    asked = [words.question.format(said=_quoted(one, words)) for one in open_questions]
    body = base.strip() or ("" if asked else words.answer)
    return "\n\n".join(one for one in (greeting, first, body, *asked, words.end) if one)


def _open(questions: Sequence[str], base: str) -> list[str]:
    if not base.strip():
        return list(questions[:MOST_OPEN])
    said = [base[one.start : one.end] for one in sentences(base)]
    left = unanswered(questions, said)
    return [one for place, one in enumerate(questions) if place in left][:MOST_OPEN]


def _quoted(sentence: str, words: Words) -> str:
    text = _BRACES.sub("{ ", " ".join(sentence.split()))
    if len(text) > LONGEST_MIRRORED:
        text = text[:LONGEST_MIRRORED].rsplit(" ", 1)[0] + " …"
    before, after = words.quotes
    return f"{before}{text}{after}"
