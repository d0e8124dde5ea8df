"""Texts with placeholders instead of personal data, and one table for all texts of a call that puts it back."""

import re
from dataclasses import dataclass, field
from datetime import date

from anliegen.flow.assist.hiding.names import Names
from anliegen.flow.assist.hiding.patterns import SHAPE, Span, spans


@dataclass(frozen=True)
class Known:
    """Whose concern it is: names of persons and organisations, and values such as addresses and numbers."""

    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass
class Hider:
    """The same value has the same placeholder in every text of one call. It is kept nowhere."""

    known: Known
    today: date
    _of_value: dict[str, str] = field(default_factory=dict, repr=False)
    _value_of: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._names = Names(self.known.names, self.known.values)

    def hide(self, text: str) -> str:
        """The text without what is known or looks personal. `restore` gives back exactly what went in."""
        pieces, at = [], 0
        for span in self._whole(text):
            pieces += [text[at : span.start], self._placeholder(text[span.start : span.end], span.kind)]
            at = span.end
        return "".join([*pieces, text[at:]])

    def restore(self, text: str) -> str:
        """With the values back in their places. A placeholder that we never gave out stays as it is."""
        return SHAPE.sub(lambda found: self._value_of.get(found.group(), found.group()), text)

    def gave_out(self, placeholder: str) -> bool:
        return placeholder in self._value_of

    def _placeholder(self, value: str, kind: str) -> str:
        if value not in self._of_value:
            placeholder = f"[{kind}_{len(self._of_value) + 1}]"
            self._of_value[value], self._value_of[placeholder] = placeholder, value
        return self._of_value[value]

    def _whole(self, text: str) -> list[Span]:
        """In their order, what lies over one another as one: nothing of either is left standing."""
        names = self._names.finditer(text)
        found = [*spans(text, self.today), *(Span(one.start(), one.end(), "NAME") for one in names)]
        whole: list[Span] = []
        for span in sorted(found, key=lambda one: (one.start, -one.end)):
            if span.start == span.end:
                continue
            if whole and span.start < whole[-1].end:
                last = whole[-1]
                whole[-1] = Span(last.start, max(last.end, span.end), last.kind)
            else:
                whole.append(span)
        return whole


UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def seen(text: str) -> str:
    """Only what a reader sees: without signs that have no width, turn the direction, or mean something to machines."""
    return _CONTROL.sub("", UNSEEN.sub("", text.replace("\r\n", "\n")))
