"""What of a model's words is put before a person: text, with our own values back, and nothing else of it. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from anliegen.flow.assist.hiding import Hider
from anliegen.flow.assist.hiding.hidden import seen
from anliegen.flow.assist.hiding.patterns import spans

LONGEST = 20_000  # characters
# What nobody gave the model it has made up, or was told to write: a person fills in what is meant.
OPEN = {
    "MAIL": "{{?E-Mail}}", "LINK": "{{?Link}}", "IBAN": "{{?IBAN}}", "NUMBER": "{{?Nummer}}", "BIRTH": "{{?Datum}}",
    "ADDRESS": "{{?Adresse}}",
}  # fmt: skip
# What some models say to themselves before; the beginning of it may have gone with a server's template.
_THOUGHT = re.compile(
    r"\A(?:.*(?:</think(?:ing)?>|\[/THINK\])|\s*(?:<think(?:ing)?>|\[THINK\]).*)", re.DOTALL | re.IGNORECASE
)
_FENCED = re.compile(r"^\s*```[a-z]{0,12}\n(.*?)\n?```\s*$", re.DOTALL)
# Marks that are none of ours, such as [PERSON_1]: nothing was given to it under them.
_MARK = re.compile(r"\[([A-ZÄÖÜ]{2,20}_\d{1,6})\]", re.IGNORECASE)
_BRACES = re.compile(r"\{\{([^{}\n]{1,80})\}\}")


def taken(answer: str, hider: Hider, *, ours: Sequence[str] = (), today: date) -> str:
    """The text as it is shown. A placeholder that was never given out becomes an open place, filled with nothing; so
    does a link that stands in none of `ours`, the texts that we wrote: where a stranger wants people to go is not said
    on."""
    text = _THOUGHT.sub("", seen(answer))[: 2 * LONGEST]
    if fenced := _FENCED.match(text):
        text = fenced[1]
    # Places of ours that a program fills are none of the model's: only a person fills what it leaves open.
    text = _BRACES.sub(lambda found: f"{{{{?{found[1].strip().removeprefix('?').strip() or '…'}}}}}", text)
    text = _without_strange(text.strip()[:LONGEST], today)
    text = _MARK.sub(lambda found: _known(found[0], hider, ours), text)
    return hider.restore(text)


def _known(placeholder: str, hider: Hider, ours: Sequence[str]) -> str:
    """The placeholder, if what it stands for may be put back."""
    if not hider.gave_out(placeholder):
        return f"{{{{?{placeholder[1:-1]}}}}}"
    if placeholder.startswith("[LINK_") and not any(hider.restore(placeholder) in text for text in ours):
        return OPEN["LINK"]
    return placeholder


def _without_strange(text: str, today: date) -> str:
    found = sorted((one for one in spans(text, today) if one.kind in OPEN), key=lambda one: (one.start, -one.end))
    pieces, at = [], 0
    for span in found:
        if span.start < at:
            at = max(at, span.end)
            continue
        pieces += [text[at : span.start], OPEN[span.kind]]
        at = span.end
    return "".join([*pieces, text[at:]])
