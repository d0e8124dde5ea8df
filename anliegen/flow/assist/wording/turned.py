"""German sentences turned round: who acts comes first ("Wir prüfen Ihren Antrag"), and a demand becomes a request."""

import re
from collections.abc import Iterator

from anliegen.flow.assist.wording.phrases import ended
from anliegen.flow.assist.wording.sentences import Sentence
from anliegen.flow.assist.wording.verbs import (
    PARTICIPLES,
    PREFIXES,
    accusative,
    is_infinitive,
    parted,
    parted_infinitive,
)

Place = tuple[int, int, tuple[str, ...]]
_WHAT = r"(?P<what>(?:Ihre?|Der|Die|Das|Eine?) [\w -]{2,80}?)"
_REST = r"(?P<rest>[^,;:]{0,120}?)"
_PASSIVE = re.compile(rf"{_WHAT} (?P<is>wird|werden|wurden?) {_REST}(?P<done>\w+)(?: worden)?")
_OURS = re.compile(
    r"\b(?:von|durch) (?:uns|mir|unser\w* \w+|die Fachabteilung|den zuständigen \w+|die zuständige \w+)\s*"
)
_SOON = re.compile(
    r"\b(?:zeitnah|umgehend|schnellstmöglich|baldmöglichst|in Kürze|unverzüglich|so schnell wie möglich)\b"
)
_MUST = re.compile(
    r"(?:Sie müssen|Sie haben|(?:Hierzu|Dazu|Dafür) müssen Sie) "
    r"(?P<rest>[^,;:]{2,160}?) ?(?P<zu>zu )?(?P<verb>[a-zäöüß]+)"
)
_PARTS = "|".join(PREFIXES)
_TO_DO = re.compile(rf"{_WHAT} (?:ist|sind) {_REST}(?:zu (?P<verb>\w+)|(?P<prefix>{_PARTS})zu(?P<stem>\w+en))")


def passive(sentence: Sentence) -> Iterator[Place]:
    """ "Ihr Antrag wird von uns geprüft." -> "Wir prüfen Ihren Antrag." Only verbs that we know."""
    found = _PASSIVE.fullmatch(sentence.words)
    if found is None or found["done"] not in PARTICIPLES or " nicht " in f" {found['rest']}" or "kein" in found["rest"]:
        return
    verb, prefix = parted(PARTICIPLES[found["done"]])
    rest = _SOON.sub("bis …", _OURS.sub("", found["rest"])).strip()
    what = accusative(found["what"])
    if rest.startswith("Ihnen "):
        what, rest = f"Ihnen {what}", rest[len("Ihnen ") :]
    if found["is"].startswith("wurde"):
        words = f"Wir haben {what} {rest} {found['done']}"
    else:
        words = f"Wir {verb} {what} {rest} {prefix}"
    yield _whole(sentence, words)


def obligation(sentence: Sentence) -> Iterator[Place]:
    """ "Sie müssen das Formular ausfüllen." -> "Bitte füllen Sie das Formular aus." """
    found = _MUST.fullmatch(sentence.words)
    if found is None or not is_infinitive(found["verb"]) or ("haben" in sentence.words[:9] and not found["zu"]):
        return
    if re.search(r"\b(?:nicht|nichts|keine?n?)\b", found["rest"]):
        return
    verb, prefix = parted_infinitive(found["verb"])
    yield _whole(sentence, f"Bitte {verb} Sie {found['rest']} {prefix}")


def to_do(sentence: Sentence) -> Iterator[Place]:
    """ "Das Formular ist bis Freitag einzureichen." -> "Bitte reichen Sie das Formular bis Freitag ein." """
    found = _TO_DO.fullmatch(sentence.words)
    if found is None or re.search(r"\b(?:nicht|nichts|keine?n?|noch|schwer|leicht|kaum)\b", found["rest"]):
        return
    verb, prefix = (found["stem"], found["prefix"]) if found["stem"] else parted_infinitive(found["verb"])
    if is_infinitive(verb) and verb not in ("sehen", "hören", "spüren", "haben"):
        yield _whole(sentence, f"Bitte {verb} Sie {accusative(found['what'])} {found['rest']} {prefix}")


def _whole(sentence: Sentence, words: str) -> Place:
    said = re.sub(r"\s+", " ", words).strip()
    return sentence.start, sentence.end, (ended(said, sentence.mark),)
