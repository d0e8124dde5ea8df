"""How good a way of learning is, on messages it has not seen: one figure for each question somebody asks."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from anliegen.flow.automation.learning.calibration import calibration_error
from anliegen.flow.automation.learning.encoders import Encoder
from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.learning.learn import learn
from anliegen.flow.automation.learning.model import Answer, Model

TIMED = 300  # messages that are answered one by one


def evaluate(
    train: Sequence[Example],
    test: Sequence[Example],
    *,
    encoder: Callable[[Sequence[Example]], Encoder | None],
    unknown: str | None = None,
) -> dict[str, Any]:
    """Learn from `train` without what is labelled `unknown`, answer `test`, and compare.

    `accuracy` counts an unknown message as right when it is taken for one, and all others when the label is right;
    where there are unknown ones, what fits must besides not be taken for unknown. `in_scope_accuracy` is of what fits
    alone, whatever it is taken for. `coverage` is the share answered as sure, `accuracy_covered` how many of these are
    right. `ece` is of what fits. `encoder` says which one is to hear the examples. Times are wall clock; that of
    learning counts the choice of the encoder, that of answering is of one message by itself. Raises TooLittle.
    """
    known = [one for one in train if one.label != unknown]
    began = time.perf_counter()
    by = encoder(known)
    model = learn(known, encoder=by)
    took = time.perf_counter() - began
    answers = model.answer([one.text for one in test])
    return {
        **_figures(test, answers, unknown),
        "train_seconds": round(took, 2),
        "ms_per_message": _ms_per_message(model, test),
        "encoder": by.name if by is not None else "none",
    }


def _figures(test: Sequence[Example], answers: Sequence[Answer], unknown: str | None) -> dict[str, float | None]:
    truth, said = np.array([one.label for one in test]), np.array([one.label for one in answers])
    fits = truth != unknown if unknown is not None else np.ones(len(test), dtype=bool)
    taken_for_unknown = np.array([one.is_unknown for one in answers])
    is_sure = np.array([one.is_sure for one in answers])
    sure = np.array([one.confidence for one in answers])
    right = said == truth
    whole = np.where(fits, right & ~taken_for_unknown, taken_for_unknown) if not fits.all() else right
    fit = np.array([one.evidence + one.likeness for one in answers])
    return {
        "accuracy": _share(whole),
        "macro_f1": _macro_f1(truth[fits], said[fits]),
        "coverage": _share(is_sure),
        "accuracy_covered": _share(right[is_sure]),
        "in_scope_accuracy": _share(right[fits]),
        "in_scope_accepted": _share(~taken_for_unknown[fits]),
        "unknown_recall": _share(taken_for_unknown[~fits]),
        "unknown_auroc": _auroc(fit[fits], fit[~fits]),
        "ece": round(calibration_error(sure[fits], right[fits]), 4) if fits.any() else None,
    }


def _share(which: "np.ndarray[Any, np.dtype[np.bool_]]") -> float | None:
    return round(float(which.mean()), 4) if len(which) else None


def _macro_f1(truth: "np.ndarray[Any, Any]", said: "np.ndarray[Any, Any]") -> float | None:
    """The mean over the classes of 2 right / (said + true)."""
    classes = np.unique(truth)
    each = [
        2 * float(((truth == one) & (said == one)).sum()) / float((truth == one).sum() + (said == one).sum())
        for one in classes
    ]
    return round(float(np.mean(each)), 4) if each else None


def _auroc(fitting: "np.ndarray[Any, Any]", unknown: "np.ndarray[Any, Any]") -> float | None:
    """How often what fits has more for it than what does not (Mann-Whitney), equals counting half."""
    if not len(fitting) or not len(unknown):
        return None
    below = np.searchsorted(np.sort(unknown), fitting, "left") + np.searchsorted(np.sort(unknown), fitting, "right")
    return round(float(below.mean()) / 2 / len(unknown), 4)


def _ms_per_message(model: Model, test: Sequence[Example]) -> float:
    """The 95th percentile of some messages answered one by one."""
    times = []
    for one in test[:TIMED]:
        began = time.perf_counter()
        model.answer([one.text])
        times.append((time.perf_counter() - began) * 1000)
    return round(float(np.percentile(times, 95)), 2) if times else 0.0
