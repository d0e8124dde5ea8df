"""How the sorting does at present, from the log of what people said of it."""

from dataclasses import dataclass

from anliegen.flow.automation.learning.log import surest as from_log
from anliegen.flow.automation.teaching import speaking
from anliegen.flow.automation.teaching.groups import SMALLEST
from anliegen.records.accounts.queries import the_operator


@dataclass(frozen=True)
class Standing:
    """Of the newest suggestions that people said something of (`seen`): how many were right, how many would be applied
    without asking at the bound that counts now (`above`) and how many of those were wrong. `surest` is that bound, None
    while it asks every time."""

    seen: int
    right: int
    above: int
    wrong_above: int
    surest: float | None
    percent: int

    @property
    def is_enough(self) -> bool:
        return self.seen >= SMALLEST


def now() -> Standing:
    said, percent = speaking.log(), the_operator().error_bound
    surest = from_log(said, percent / 100)
    above = [right for sure, right in said if sure >= surest]
    return Standing(
        seen=len(said),
        right=sum(right for _sure, right in said),
        above=len(above),
        wrong_above=sum(not right for right in above),
        surest=surest if surest <= 1 else None,
        percent=percent,
    )
