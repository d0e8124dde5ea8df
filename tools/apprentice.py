"""Learning on the job: suggests, is confirmed or corrected, remembers that at once, and learns all anew now and then.

What may be applied without asking is learnt from what it suggested, and from what it says of earlier messages that are
kept back from it: from the confidence on from which few enough were corrected. So it says nothing by itself until it
has been right often enough, in this house, on this stream.
"""

from collections import deque
from dataclasses import dataclass, field

from anliegen.flow.automation.learning.encoders import Encoder
from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.learning.learn import BOUND, TooLittle, learn
from anliegen.flow.automation.learning.log import LOOKED_BACK, Said, are_enough, surest
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
    _log: deque[Said] = field(default_factory=lambda: deque(maxlen=LOOKED_BACK))  # the newest first
    _since: int = 0  # of them so many since it last learnt
    _kept_back: list[Said] = field(default_factory=list)
    _strange: deque[str] = field(default_factory=lambda: deque(maxlen=LOOKED_BACK))
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
            self._log.appendleft((suggested.answer.confidence, suggested.answer.label == label))
            self._since += 1
            self._look()
        if label is None:
            self._strange.append(text)
            return
        self.examples.append(Example(text, label))
        if self._is_due():
            self.learn_anew()
        elif self.model is not None:
            self.model = self.model.remember(text, label)

    def learn_anew(self) -> None:
        """A new model of all examples. What may be applied is learnt anew too: from what this one says of examples that
        are kept back from it, and of what fits no category."""
        self._learnt_from = len(self.examples)
        try:
            self.model = learn(self.examples, encoder=self.encoder, bound=self.bound)
        except TooLittle:
            self.model, kept_back = None, None
        else:
            kept_back = self.model.kept_back
        self._since, self._kept_back = 0, []
        if self.model is not None and kept_back is not None and are_enough(len(self.examples), len(self.model.labels)):
            strange = reversed(self.model.answer(list(self._strange)))
            guesses = [None if one.is_unknown else one.confidence for one in strange]
            self._kept_back = kept_back.with_strange(guesses, len(self.examples)).pairs()
        self._look()

    def _look(self) -> None:
        """While little was told, the suggestions of all models count; then those of this one."""
        live = list(self._log)
        self.surest = surest(live[: self._since] if self._kept_back else live, self.bound, self._kept_back)

    def _is_due(self) -> bool:
        number = len(self.examples)
        if self.model is None:
            return number >= FIRST_MODEL and number % FIRST_MODEL == 0
        return number >= min(self._learnt_from * GROWTH, self._learnt_from + MOST_BETWEEN)
