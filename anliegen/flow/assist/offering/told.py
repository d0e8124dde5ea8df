"""Which sentences tell what happened in one concern: they are true of that one alone. Pure."""

import re

from anliegen.flow.assist.summary.facts import facts

# What only asks, or says what is so whenever something is the case, is wording for anybody.
_OPEN = re.compile(
    r"\?\W*$|\b(?:wenn|falls|sofern|sobald|solange|bevor|nachdem Sie|if|once|unless|whenever|in case)\b", re.I
)
_LATELY = re.compile(
    r"\b(?:heute|gestern|vorgestern|eben|soeben|gerade|vorhin|vorerst|letzte[nrs]?\s(?:Woche|Monat|Jahr|Nacht)"
    r"|today|yesterday|just|earlier|this\s(?:morning|afternoon)|last\s(?:week|month|year|night))\b",
    re.I,
)
_DONE_ALREADY = re.compile(
    r"\b(?:war|waren|hatten?|wurden?|kam|kamen|ging|gingen|was|were|had|did)\b"
    r"|\b(?:has|have)\s(?:(?:now|already|since|just|not)\s)?(?:been|\w{2,20}(?:ed|en|wn|nt|ught|ade|one|old|ound))\b"
    r"|\b(?:we|I)(?:\shave|['’]ve)\b"
    r"|\b(?:we|I)\s(?:\w{2,20}ed|sent|got|made|found|told|wrote|spoke|paid|took|saw)\b",
    re.I,
)
_HELPS = re.compile(
    r"\b(?:(?:wir|ich)\s(?:haben?|sind|bin)|(?:haben|sind)\swir|(?:habe|bin)\sich|hat|ist|sind)\b", re.I
)
_PARTICIPLE = re.compile(
    r"(?<!\bzu )\b(?:[a-zäöü]{0,12}ge(?:[a-zäöüß]{2,16}t|[a-zäöüß]{2,16}en)|[a-zäöü]{0,8}"
    r"(?:be|ver|er|ent|zer|emp|über|unter)[a-zäöüß]{2,16}(?:t|en)|[a-zäöüß]{2,16}iert)\b"
)
_STATES = re.compile(
    r"bereit|bekannt|bestimmt|berechtigt|erlaubt|gestattet|geeignet|gerecht|gewohnt|(?:ins)?gesamt"
    r"|begrenzt|beliebt|(?:da|hin)?gegen|übrigen|verschieden(?:en)?|ersten|besten|geöffnet|verpflichtet"
)
_ON_A_DAY = re.compile(r"\b(?:am|vom|seit(?:\sdem)?|on|since)\s(?:\w{2,10}(?:tag|woch|day),?\s(?:den\s)?)?$", re.I)


def tells(sentence: str) -> bool:
    """Whether it reports something that happened, or stands on a day of its own."""
    if any(
        fact.kind == "day" and _ON_A_DAY.search(sentence, 0, fact.start) for fact in facts(sentence, 0, len(sentence))
    ):
        return True
    if _LATELY.search(sentence):
        return True
    return not _OPEN.search(sentence) and (bool(_DONE_ALREADY.search(sentence)) or _is_perfect(sentence))


def _is_perfect(sentence: str) -> bool:
    helps = _HELPS.search(sentence)
    return helps is not None and any(not _STATES.fullmatch(one[0]) for one in _PARTICIPLE.finditer(sentence))
