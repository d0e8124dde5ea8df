"""Learning on the job: suggests, is confirmed or corrected, remembers that at once, and learns all anew now and then.

What may be applied without asking is learnt from the log of its own suggestions: from the confidence on from which few
enough were corrected. So it says nothing by itself until it has been right often enough, in this house, on this stream.
"""

from collections import deque
from dataclasses import dataclass, field

from anliegen.flow.automation.learning.encoders import Encoder
from anliegen.flow.automation.learning.learn import BOUND, Example, TooLittle, learn
from anliegen.flow.automation.learning.log import LOOKED_BACK, surest
from anliegen.flow.automation.learning.model import Answer, Model

FIRST_MODEL = 50  # examples
GROWTH = 1.25  # learnt anew when there are so many times as many examples as last time
MOST_BETWEEN = 500  # or so many more


@dataclass(frozen=True)
class Suggested:
    """What it said of a message, and whether that may be applied without asking."""

    answer: Answer
    is_applied: bool


@dataclass
class Apprentice:
    """Learns from what agents confirm and correct. `bound`: the share of applied suggestions that may be wrong."""

    encoder: Encoder | None = None
    bound: float = BOUND
    examples: list[Example] = field(default_factory=list)
    model: Model | None = None
    surest: float = float("inf")
    _log: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=LOOKED_BACK))
    _learnt_from: int = 0

    def suggest(self, text: str) -> Suggested | None:
        """What the message is about; None while nothing was learnt."""
        if self.model is None:
            return None
        answer = self.model.answer([text])[0]
        return Suggested(answer, not answer.is_unknown and answer.confidence >= self.surest)

    def told(self, text: str, label: str | None, suggested: Suggested | None) -> None:
        """What an agent says it is about, whatever was suggested; None: it fits no category."""
        if suggested is not None and not suggested.answer.is_unknown:
            self._log.append((suggested.answer.confidence, suggested.answer.label == label))
            self.surest = surest(self._log, self.bound)
        if label is None:
            return
        self.examples.append(Example(text, label))
        if self._is_due():
            self.learn_anew()
        elif self.model is not None:
            self.model = self.model.remember(text, label)

    def learn_anew(self) -> None:
        """A new model of all examples; the log, and what may be applied, stay."""
        self._learnt_from = len(self.examples)
        try:
            self.model = learn(self.examples, encoder=self.encoder, bound=self.bound)
        except TooLittle:
            self.model = None

    def _is_due(self) -> bool:
        number = len(self.examples)
        if self.model is None:
            return number >= FIRST_MODEL and number % FIRST_MODEL == 0
        return number >= min(self._learnt_from * GROWTH, self._learnt_from + MOST_BETWEEN)
