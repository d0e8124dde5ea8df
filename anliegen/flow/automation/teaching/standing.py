"""How the sorting does at present, from what people said of it."""

from dataclasses import dataclass

from anliegen.flow.automation.learning.log import shown_by
from anliegen.flow.automation.teaching import speaking
from anliegen.flow.automation.teaching.groups import SMALLEST
from anliegen.records.accounts.queries import the_operator


@dataclass(frozen=True)
class Standing:
    """Of the newest suggestions that people said something of (`seen`): how many were right.

    `surest` is the confidence from which on it sorts without asking, None while it asks every time. Of the answers from
    which that is learnt, `above` are as sure, and `wrong_above` of these were wrong; `kept_back` of them it gave on
    earlier concerns that were kept back from it when it learnt.
    """

    seen: int
    right: int
    above: int
    wrong_above: int
    kept_back: int
    surest: float | None
    percent: int

    @property
    def is_enough(self) -> bool:
        return self.seen >= SMALLEST


def now() -> Standing:
    said, voice, percent = speaking.log(), speaking.current_or_none(), the_operator().error_bound
    surest = voice.surest if voice is not None else float("inf")
    live, tried = speaking.grounds(voice.learnt, voice.untaught) if voice is not None else ([], [])
    shown = shown_by(live, percent / 100, tried)
    above = [right for sure, right in (*shown.live, *shown.kept_back) if sure >= surest]
    return Standing(
        seen=len(said),
        right=sum(right for _sure, right in said),
        above=len(above),
        wrong_above=sum(not right for right in above),
        kept_back=sum(sure >= surest for sure, _right in shown.kept_back),
        surest=surest if surest <= 1 else None,
        percent=percent,
    )
