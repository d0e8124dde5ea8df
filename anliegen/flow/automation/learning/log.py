"""From which confidence on a suggestion may be applied without asking: learnt from what people said of those before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning.calibration import chance_of_at_most, threshold_for
from anliegen.flow.automation.learning.terms import Floats

Said = tuple[float, bool]  # of one suggestion how sure it was, and whether it was right

LOOKED_BACK = 1500  # newest suggestions from which it is learnt
# The part of the bound that the log must show. The lowest of many thresholds that fit is one that was lucky: with 0.7
# and more the error among the first that are applied was over 5 % (decision 0047).
OF_THE_BOUND = 0.6
NO_EXAMPLE = -1
SILENT = 0.0
ENOUGH_A_TOPIC = 7  # examples; with fewer, what was kept back speaks of the few topics that are known already
ENOUGH_TO_DOUBT = 0.9  # as sure must be that more are wrong than may be, for what is kept back to count no longer


@dataclass(frozen=True)
class KeptBack:
    """What a model said of examples that it had not learnt from: which of them, the last ones first, how sure it was,
    and whether it was right. What it took for unknown has SILENT for how sure: there it would have suggested nothing.
    """

    which: NDArray[np.intp]
    sure: Floats
    right: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.which)

    def only(self, these: NDArray[np.bool_]) -> "KeptBack":
        return KeptBack(self.which[these], self.sure[these], self.right[these])

    def with_strange(self, guesses: Sequence[float | None], examples: int) -> "KeptBack":
        """And what it said of what fits no category, where a guess can only be wrong: `guesses`, the newest first, say
        how sure each was, None where it was silent. Of these counts as large a part as was kept back of `examples`."""
        part = guesses[: round(len(guesses) * len(self.which) / examples)] if examples else guesses
        sure = np.array([one for one in part if one is not None], dtype=self.sure.dtype)
        return KeptBack(
            np.concatenate([np.full(len(sure), NO_EXAMPLE), self.which]),
            np.concatenate([sure, self.sure]),
            np.concatenate([np.zeros(len(sure), dtype=bool), self.right]),
        )

    def pairs(self) -> list[Said]:
        said = zip(self.sure, self.right, strict=True)
        return [(float(sure), bool(right)) for sure, right in said if sure != SILENT]


@dataclass(frozen=True)
class Shown:
    """From which confidence on it may be applied (see `surest`), and the answers by which that is shown: of the live
    ones and of those that were kept back."""

    surest: float
    live: list[Said]
    kept_back: list[Said]


def are_enough(examples: int, topics: int) -> bool:
    """Whether so much was told of so many topics that what was kept back says how it will go on."""
    return examples >= ENOUGH_A_TOPIC * topics


def counted(live: Sequence[Said], kept_back: Sequence[Said] = ()) -> list[Said]:
    """What the confidence is learnt from: the newest suggestions of a version; where they are few, besides what it said
    of what people had told before, while that was kept back from it."""
    newest = list(live[:LOOKED_BACK])
    return newest + list(kept_back[: LOOKED_BACK - len(newest)])


def surest(live: Sequence[Said], bound: float, kept_back: Sequence[Said] = ()) -> float:
    """The lowest confidence from which on so few were wrong that the error stays under `bound` (0..1); infinite while
    that is not shown.

    `live`: what a version suggested and people said something of, the newest first; `kept_back`: see `counted`. Once
    the live ones are wrong so often that it is no chance, they alone count: what comes is no longer what came before.
    """
    return shown_by(live, bound, kept_back).surest


def shown_by(live: Sequence[Said], bound: float, kept_back: Sequence[Said] = ()) -> Shown:
    """The same, and by what."""
    said = counted(live, kept_back)
    newest = said[: len(live)]
    found = _lowest(said, bound)
    if len(said) > len(newest) and _is_worse([right for sure, right in newest if sure >= found], bound):
        return Shown(_lowest(newest, bound), newest, [])
    return Shown(found, newest, said[len(newest) :])


def _lowest(said: Sequence[Said], bound: float) -> float:
    if not said:
        return float("inf")
    sure = np.array([each for each, _right in said])
    right = np.array([each for _sure, each in said], dtype=bool)
    return threshold_for(sure, right, OF_THE_BOUND * bound)


def _is_worse(right: Sequence[bool], bound: float) -> bool:
    """Whether so many errors would be unlikely at the bound."""
    wrong = sum(not each for each in right)
    return wrong > 0 and chance_of_at_most(wrong - 1, len(right), bound) >= ENOUGH_TO_DOUBT
