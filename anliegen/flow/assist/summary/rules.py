"""By which words a sentence is known for what it is: a wish, a trouble, an answer, a promise, or none of them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass


class Words:
    """Phrases that are looked for word by word; a star at a word's end stands for any ending."""

    def __init__(self, *phrases: str) -> None:
        self._whole: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._begun: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for phrase in phrases:
            first, *rest = phrase.split()
            (self._begun if first.endswith("*") else self._whole)[first.rstrip("*")].append(tuple(rest))
        self._beginnings = tuple(self._begun)

    def stand_in(self, words: Sequence[str]) -> bool:
        """Whether one of them stands in these words, which are in small letters."""
        return any(self.stand_at(words, place) for place in range(len(words)))

    def stand_at(self, words: Sequence[str], place: int) -> bool:
        """Whether one of them begins at this word."""
        word = words[place]
        rests = list(self._whole.get(word, ()))
        if word.startswith(self._beginnings):
            rests += [rest for start, found in self._begun.items() if word.startswith(start) for rest in found]
        return any(_goes_on(rest, words[place + 1 : place + 1 + len(rest)]) for rest in rests)


def _goes_on(rest: Sequence[str], words: Sequence[str]) -> bool:
    return len(rest) == len(words) and all(
        word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
        for wanted, word in zip(rest, words, strict=True)
    )


@dataclass(frozen=True)
class Rules:
    """Of one language; each is looked for anywhere in the sentence."""

    wish: Words
    trouble: Words
    answer: Words
    promise: re.Pattern[str]
    filler: Words


_WHEN = (
    r"(?:bis|innerhalb|spätestens|morgen|übermorgen|heute|montag|dienstag|mittwoch|donnerstag|freitag|samstag|umgehend|"
    r"in\s+den\s+nächsten|in\s+kürze|nächste[rn]?\s+woche|diese\s+woche|sobald|binnen|am\s+\d|kommende[rn]?\s+woche)"
)
GERMAN = Rules(
    wish=Words(
        *("bitte", "ich bitte", "wir bitten", "ich möchte", "möchte ich", "wir möchten", "möchten wir", "ich will"),
        *("ich hätte gern*", "hätte ich gern*", "hätten wir gern*", "ich würde gern*", "würde ich gern*"),
        *("ich brauche", "brauche ich", "wir brauchen", "ich benötige", "benötige ich", "wir benötigen"),
        *("brauchen wir", "benötigen wir", "suchen wir", "bitten wir", "ich bräuchte", "wir bräuchten", "wir suchen"),
        *("ich erwarte", "ich fordere", "ich verlange", "ich wünsche", "ich beantrage", "ich kündige", "kündige ich"),
        *("ich widerspreche", "widerspreche ich", "widerrufe ich", "ich widerrufe", "beantrage ich", "melde ich"),
        *("lege ich", "ich lege", "hiermit", "können sie", "könnten sie", "würden sie", "ich bestehe", "teilen sie"),
        *("es wäre schön", "es wäre gut", "wäre es möglich", "ist es möglich", "könnte man", "kann man", "kann ich"),
        *("ich melde", "wir melden", "ich suche", "interessiere mich", "um rückruf", "rufen sie", "schicken sie"),
        *(
            "senden sie",
            "ich frage mich",
            "mich interessiert",
            "wir wollen",
            "soll bitte",
            "fordere ich",
            "erwarte ich",
        ),
    ),
    trouble=Words(
        *(
            "leider",
            "funktioniert nicht",
            "funktionieren nicht",
            "geht nicht",
            "gehen nicht",
            "klappt nicht",
            "falsch*",
        ),
        *("zu hoch", "viel zu", "deutlich höher", "doppelt", "fehlt", "fehlen", "fehler*", "defekt*", "kaputt*"),
        *("störung*", "ausgefallen", "ausfall", "stimmt nicht", "stimmen nicht", "kann nicht stimmen", "kein* strom"),
        *("kein* wasser", "kein* warm*", "kalt", "kein* antwort", "keine reaktion", "nichts gehört", "warte* seit"),
        *("warte* noch", "immer noch", "noch immer", "nicht erhalten", "nicht bekommen", "nicht angekommen", "nie"),
        *(
            "nicht erreicht",
            "niemand*",
            "unverständlich",
            "nicht nachvollzieh*",
            "verstehe ich nicht",
            "verstehe nicht",
        ),
        *("problem*", "schaden", "beschädigt", "undicht*", "tropft", "leck*", "mahnung*", "gesperrt", "abgelehnt"),
        *("beschwer*", "ärger*", "unzufrieden", "enttäuscht", "versehentlich", "abgebucht", "ausgezogen", "ziehe*"),
        *("umgezogen", "verstorben", "nicht mehr", "bisher nicht", "noch nicht", "nicht einverstanden", "geändert"),
        *("weder", "obwohl", "trotzdem", "stinkt", "laut*", "nicht geleert", "nicht abgeholt", "liegen geblieben"),
        *("ausgefallen", "verloren", "gestohlen", "vergessen", "kein* zugang", "lässt sich nicht", "seit tagen"),
        *("abgestellt", "aufgelegt", "warteschleife", "noch kein*", "nur noch", "steht still", "bricht ab", "tot"),
    ),
    answer=Words(
        *(
            "wir haben",
            "haben wir",
            "ich habe",
            "habe ich",
            "wurde",
            "wurden",
            "ist korrigiert",
            "beträgt",
            "liegt daran",
        ),
        *("grund", "deshalb", "daher", "sie können", "können sie", "können wir", "kann ich ihnen", "sie erhalten"),
        *("ist möglich", "nicht möglich", "gilt", "steht ihnen zu", "übernehmen wir", "wir übernehmen", "erstatten"),
        *("gutgeschrieben", "gutschrift", "ist eingegangen", "liegt vor", "liegt uns vor", "bestätige*", "korrigiert"),
        *("storniert", "angepasst", "geprüft", "beauftragt", "vereinbart", "erledigt", "weil", "ab dem", "entfällt"),
        *("eingetragen", "geändert", "gelöscht", "ist ab", "kostet", "dauert", "bleibt", "entstanden", "ursache"),
    ),
    promise=re.compile(
        rf"(?:\b(?:wir|ich)\s+(?:werden?|melden?|schicken?|senden?|prüfen?|rufen?|kümmern?|erstatten?|korrigieren?|klären?"
        rf"|informieren?|überweisen?|kommen?|komme|fragen?|geben?|gebe|lassen?|lasse|tauschen?|veranlassen?|holen?|hole)\b"
        rf"|\b(?:melden?|schicken?|senden?|prüfen?|rufen?|kümmern?|erstatten?|überweisen?|werden?|bekommen|erhalten|klären?"
        rf"|holen?|kommen?|kommt|tauschen?|geben?)\s+(?:wir|ich|sie|unser\w*)\b|\bsie\s+(?:erhalten|bekommen|hören)\b)"
        rf"(?:[^.!?]{{0,160}}\b{_WHEN}|\b)|\b{_WHEN}\b[^.!?]{{0,80}}\b(?:wir|ich|sie\s+(?:erhalten|bekommen|hören)"
        rf"|(?:kommt|ruft|meldet)\s)",
        re.IGNORECASE,
    ),
    filler=Words(
        *(
            "vielen dank*",
            "danke*",
            "dankeschön",
            "besten dank",
            "herzlichen dank",
            "ich hoffe",
            "wir hoffen",
            "freue*",
        ),
        *("im voraus", "für rückfragen", "bei rückfragen", "bei fragen", "bitte entschuldigen sie", "um verständnis"),
        *("ihr verständnis", "ihre geduld", "schönen tag", "schönes wochenende", "alles gute", "mit interesse"),
        *("bitten wir um entschuldigung", "es tut uns leid", "es tut mir leid", "tut mir leid", "gern geschehen"),
        *("wie geht es ihnen", "vorab", "im anhang", "anbei"),
    ),
)
ENGLISH = Rules(
    wish=Words(
        *("please", "i would like", "we would like", "i d like", "i want", "we want", "i need", "we need", "i request"),
        *(
            "could you",
            "can you",
            "would you",
            "i expect",
            "i demand",
            "i cancel",
            "i object",
            "i ask you",
            "let me know",
        ),
        *("i am writing to", "i wish to", "is it possible", "can i", "could i", "looking for", "i wonder"),
    ),
    trouble=Words(
        *(
            "unfortunately",
            "not work*",
            "doesn t work",
            "does not work",
            "broken",
            "wrong",
            "too high",
            "twice",
            "missing",
        ),
        *(
            "error*",
            "mistake*",
            "fault*",
            "no power",
            "no water",
            "no answer",
            "no reply",
            "still",
            "waiting",
            "not received",
        ),
        *(
            "never",
            "nobody",
            "problem*",
            "damage*",
            "leak*",
            "reminder*",
            "complain*",
            "disappointed",
            "moved",
            "cannot",
        ),
        *("can t", "unable", "haven t", "have not", "has not", "hasn t", "lost", "stolen", "cold", "incorrect"),
    ),
    answer=Words(
        *("we have", "we ve", "i have", "has been", "have been", "was", "were", "the reason", "because", "you can"),
        *("amounts to", "costs", "takes", "is possible", "not possible", "refund*", "credited", "corrected", "changed"),
        *("cancelled", "confirmed", "confirm", "ordered", "booked"),
    ),
    promise=re.compile(
        r"\b(?:we|i)(?:\s+will|'ll|\s+are\s+going\s+to)\b|\byou\s+will\s+(?:get|receive|hear)\b"
        r"|\b(?:by|until|within|tomorrow|today|next\s+week|on\s+(?:mon|tues|wednes|thurs|fri)day)\b[^.!?]{0,80}\b(?:we|i)\b",
        re.IGNORECASE,
    ),
    filler=Words(
        *("thank you*", "thanks*", "i hope", "we hope", "looking forward", "in advance", "do not hesitate", "sorry"),
        *("kind regards", "have a nice", "best wishes", "apolog*", "attached", "enclosed"),
    ),
)
LANGUAGES = {"de": GERMAN, "en": ENGLISH}
