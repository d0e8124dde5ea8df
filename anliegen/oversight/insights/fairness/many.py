"""Many comparisons at once: what is left of each when all of them are reckoned with."""

import numpy as np

from anliegen.oversight.insights.fairness.quantiles import Floats


def holm(chances: Floats) -> Floats:
    """Adjusted p-values (Holm 1979): who calls those below a level findings is wrong about any of them at most in that
    share of all runs, however the comparisons hang together.

    Not Benjamini and Hochberg: they bound the share of wrong ones among many findings, and a stream that treats all
    alike would still raise something every now and then. Here one wrong finding says of people that they were unfair.
    """
    m = len(chances)
    order = np.argsort(chances, kind="stable")
    raised = np.minimum(1.0, np.maximum.accumulate((m - np.arange(m)) * chances[order]))
    found = np.empty(m)
    found[order] = raised
    return found
