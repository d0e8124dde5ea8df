"""Which of two is right more often, where both were asked the same."""

from math import comb

SURE = 0.05


def mcnemar(only_one: int, only_other: int) -> float:
    """How likely it is that two who are right equally often differ as much as this or more, of what only one of them
    had right: the exact McNemar test, two-sided.

    Under the hypothesis each discordant pair falls either way with probability 1/2, so the smaller number is binomial
    (McNemar, Psychometrika 12, 1947; exact form: Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13:91,
    2013). It holds for one look: who looks each day and stops when it pleases is surer than they may be.
    """
    pairs = only_one + only_other
    least = min(only_one, only_other)
    tail: int = sum(comb(pairs, each) for each in range(least + 1))
    # Whole numbers until the end: nothing overflows, and nothing is rounded twice.
    chance: float = 2 * tail / 2**pairs
    return min(1.0, chance)
