"""The upper bound of an error rate itself, which the product only compares with another."""

from anliegen.flow.automation.learning import calibration


def error_at_most(wrong: int, of: int, certainty: float = 0.9) -> float:
    """An upper bound of the true error after `wrong` errors among `of` cases (Clopper and Pearson 1934).

    It is below the bound in `certainty` of all such samples. 1.0 without any case.
    """
    if of == 0 or wrong >= of:
        return 1.0

    def reaches(error: float) -> float:
        return calibration.chance_of_at_most(wrong, of, error) - (1 - certainty)

    low, high = wrong / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if reaches(middle) > 0 else (low, middle)
    return high
