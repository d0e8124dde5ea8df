"""What children print, line by line, with their names in front."""

from __future__ import annotations

import os
import sys

WIDTH = 8
LONGEST = 100_000


class Lines:
    """A pipe for one child. It outlives its children, so that the next one writes into the same.

    Lines that are `held` are kept in `text` instead of being passed on.
    """

    def __init__(self, name: str, *, held: bool = False) -> None:
        self.reading, self.writing = os.pipe()
        self.text = ""
        self._held = held
        self._name = name
        self._rest = b""

    def forward(self) -> None:
        """Take in what is there and pass on its whole lines; a line without end is passed on in pieces."""
        *lines, self._rest = (self._rest + os.read(self.reading, 65536)).split(b"\n")
        if len(self._rest) > LONGEST:
            lines, self._rest = [*lines, self._rest], b""
        if self._held:
            self.text += "".join(line.decode(errors="replace") + "\n" for line in lines)
        elif lines:
            prefix = f"{self._name:<{WIDTH}} | ".encode()
            _write(b"".join(prefix + line + b"\n" for line in lines))


def _write(text: bytes) -> None:
    """A closed terminal is no reason to stop."""
    try:
        sys.stderr.buffer.write(text)
        sys.stderr.buffer.flush()
    except OSError:
        return
