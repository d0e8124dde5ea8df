"""Which language a text is in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+")
_NO_WORDS = re.compile(r"(?:https?://|www\.)\S{1,2000}|[^\s@]{1,200}@[^\s@]{1,200}")
# Words that carry no meaning and stand in nearly every sentence; those shared by two of these languages are left out.
_TELLING = {
    "de": "ich und nicht ist der die das mit für auf sie wir ein eine einen zu bitte mein meine meinen habe"
    " haben wird werden"
    " auch noch dem den vom zum zur sehr wurde ihre ihnen mir uns kann dass bei oder wenn seit schon danke"
    " guten tag grüße ß"
    " freundlichen vielen dank hallo immer nach bin sind keine kein wie warum wann leider",
    "en": "the and you your is are was have has been this that with for not please my our would could will"
    " from what when"
    " which there thank thanks hello dear regards it they them been about just but",
    "fr": "le la les et est vous je nous mon ma mes votre vos pas pour dans une avec sur merci bonjour que"
    " qui cordialement"
    " suis avons être cette ces depuis mais",
    "it": "il gli che di sono non per una con della del mia mio vostro grazie buongiorno questo ho è saluti"
    " anche ma perché",
    "nl": "het een niet ik wij jullie van voor met mijn graag kunt dank groet vriendelijke zijn heb hebben"
    " maar ook deze",
    "es": "el los las que es por una con para mi su gracias hola estoy está pero como muy usted saludos",
    "pl": "jest nie się na proszę dziękuję mam dzień dobry jak ale czy moje mój pozdrawiam",
    "tr": "ve bir bu için ile çok değil teşekkür merhaba ederim lütfen var daha ne",
}
_LANGUAGES_OF = {
    word: [language for language, words in _TELLING.items() if word in words.split()]
    for words in _TELLING.values()
    for word in words.split()
}
_LOOKED_AT = 3_000
_FEWEST_LETTERS = 25
_FEWEST_WORDS = 4  # different ones
_SURE = 0.7  # of the model; below it nothing is said


@dataclass(frozen=True, slots=True)
class Guess:
    """`code` is ISO 639-1, or None when the text does not say; the runner-up is None where there is no other."""

    code: str | None
    confidence: float  # 0..1
    runner_up: str | None
    runner_up_confidence: float = 0.0  # measured as the first one's is


UNKNOWN = Guess(None, 0.0, None)


def language_of(text: str) -> str | None:
    """`de`, `en`, ... (ISO 639-1), or None when the text is too short to say.

    Too short is fewer than four different words or 25 letters, unless it holds two telling words of one language and
    at most half as many of any other. Telling words decide first; only where they do not, py3langid is asked, which
    loads 90 MB on its first use.
    """
    return guess_language(text).code


def guess_language(text: str) -> Guess:
    """The same with how sure that is, and what it would be otherwise.

    Of telling words it is Laplace's share of the first among the first two, of the model its own probability.
    """
    beginning = _NO_WORDS.sub(" ", text[:_LOOKED_AT].lower())
    words = _WORD.findall(beginning)
    counts: dict[str, int] = {}
    for word in words:
        for language in _LANGUAGES_OF.get(word, ()):
            counts[language] = counts.get(language, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    best, second = (*ranked, ("", 0), ("", 0))[:2]
    if best[1] >= 2 and best[1] >= 2 * second[1] and best[1] * 12 >= len(words):
        both = best[1] + second[1] + 2
        return Guess(best[0], (best[1] + 1) / both, second[0] or None, (second[1] + 1) / both if second[0] else 0.0)
    if _is_too_short(words):
        return UNKNOWN
    return _by_model(beginning)


def _is_too_short(words: Sequence[str]) -> bool:
    return sum(map(len, words)) < _FEWEST_LETTERS or len(set(words)) < _FEWEST_WORDS


@lru_cache(maxsize=1)
def _identifier() -> object:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # slow import

    made: object = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)  # type: ignore[no-untyped-call]
    return made


def _by_model(text: str) -> Guess:
    first, second = _identifier().rank(text)[:2]  # type: ignore[attr-defined]
    if first[1] < _SURE:
        return UNKNOWN
    return Guess(str(first[0]), float(first[1]), str(second[0]), float(second[1]))
