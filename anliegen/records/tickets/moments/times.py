"""The rules for times of the day. Each says how many tokens it takes from the present place; 0: it is not for them."""

import re
from datetime import time

from anliegen.ground.text import fold
from anliegen.records.tickets.moments.tokens import Tokens
from anliegen.records.tickets.moments.words import BEFORE_A_CLOCK, NUMBERS, PARTS, UNITS

_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})")


class Times(Tokens):
    """Clocks and parts of the day."""

    def _time_of_day(self) -> int:
        ahead = 1 if self._word() in BEFORE_A_CLOCK else 0
        taken = self._spoken_clock(ahead) or self._written_clock(ahead)
        return ahead + taken if taken else 0

    def _spoken_clock(self, ahead: int) -> int:
        """Halb zehn, viertel nach 9, dreiviertel 10, half past nine, quarter to 10."""
        words = [self._word(ahead + place) for place in range(3)]
        two, three = _hour(words[1]), _hour(words[2])
        known: dict[tuple[str, str], int] = {
            ("viertel", "nach"): 15, ("viertel", "vor"): -15, ("quarter", "past"): 15, ("quarter", "to"): -15,
            ("half", "past"): 30,
        }  # fmt: skip
        minutes = known.get((words[0], words[1]))
        if minutes is not None and three is not None:
            return self._set_clock(three * 60 + minutes, 3 + (self._word(ahead + 3) == "uhr"))
        before = {"halb": -30, "dreiviertel": -15}.get(words[0])
        if before is not None and two is not None:
            return self._set_clock(two * 60 + before, 2 + (self._word(ahead + 2) == "uhr"))
        return 0

    def _written_clock(self, ahead: int) -> int:
        """9 Uhr, 9 Uhr 30, 14:30, 9.30 Uhr, 9am, um 9."""
        word, after = self._word(ahead), self._word(ahead + 1)
        written = _CLOCK.fullmatch(word)
        if written:
            if int(written[2]) > 59 or int(written[1]) > 23:
                return 0
            minutes, taken = int(written[1]) * 60 + int(written[2]), 1
        else:
            hour = _hour(word)
            marked = after in ("uhr", "am", "pm") or (ahead and self._word(ahead - 1) in BEFORE_A_CLOCK)
            if hour is None or not marked or (word in NUMBERS and after in UNITS):
                return 0
            minutes, taken = hour * 60, 1
        is_german = ahead and self._word(ahead - 1) != "at"  # um 12 am Montag: the word belongs to the day
        if after in ("am", "pm") and not is_german:
            return self._set_half_of_day(minutes, after, taken + 1)
        if after == "uhr":
            taken += 1
            more = self._word(ahead + taken)
            if not written and re.fullmatch(r"[0-5]\d", more):
                minutes, taken = minutes + int(more), taken + 1
        return self._set_clock(minutes, taken, is_exact=word.startswith("0"))

    def _set_half_of_day(self, minutes: int, half: str, taken: int) -> int:
        if not 60 <= minutes < 13 * 60:
            return 0
        return self._set_clock(minutes % 720 + (720 if half == "pm" else 0), taken, is_exact=True)

    def _set_clock(self, minutes: int, taken: int, *, is_exact: bool = False) -> int:
        if self.found.clock is not None or not 0 <= minutes < 24 * 60:
            return 0
        self.found.clock = time(minutes // 60, minutes % 60)
        self.found.is_exact = is_exact
        return taken

    def _part(self) -> int:
        ahead = 1 if self._word() in ("in", "this") and self._word(1) == "the" else 0
        part = PARTS.get(self._word(ahead * 2))
        if part is None:
            return 0
        if self._word() == fold("tonight"):
            self.found.days_ahead = 0
        return self._set_part(part) and ahead * 2 + 1

    def _set_part(self, part: str) -> int:
        if self.found.part:
            return 0
        self.found.part = part
        return 1

    def _number_alone(self) -> int:
        """Di 9: an hour, once a day is named."""
        hour = _hour(self._word()) if self._word().isdecimal() else None
        return self._set_clock(hour * 60, 1) if hour is not None and self.found.names_day else 0


def _hour(word: str) -> int | None:
    if re.fullmatch(r"\d{1,2}", word):
        return int(word) if int(word) < 24 else None
    return NUMBERS.get(word) if word not in ("a", "an") else None
