"""From which confidence on a suggestion may be applied without asking: learnt from the log of those before it."""

from collections.abc import Sequence

import numpy as np

from anliegen.flow.automation.learning.calibration import threshold_for

LOOKED_BACK = 1500  # newest suggestions from which it is learnt; older ones were another model's
# The part of the bound that the log must show. The lowest of many thresholds that fit is one that was lucky, and each
# new model speaks a little otherwise than the one whose log it is: with 0.8 the error went to 5.3 % once (BANKING77
# with an encoder, 10 of the first 189 that were applied).
OF_THE_BOUND = 0.6


def surest(said: Sequence[tuple[float, bool]], bound: float) -> float:
    """The lowest confidence from which on so few were wrong that the error stays under `bound` (0..1); infinite while
    that is not shown. `said`: of each suggestion how sure it was, and whether it was right."""
    if not said:
        return float("inf")
    sure = np.array([each for each, _right in said])
    right = np.array([each for _sure, each in said], dtype=bool)
    return threshold_for(sure, right, OF_THE_BOUND * bound)
