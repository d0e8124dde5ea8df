"""The bytes of a mail out of an SMTP conversation (RFC 5321, 4.1.1.4 and 4.5.2), piece by piece as they come."""

_END = b"\r\n.\r\n"


class Dotted:
    """Takes dots away that stand doubled at the begin of a line, and finds the line that is a dot alone.

    Only CR LF ends a line: a CR or LF by itself is a byte like others. Whoever reads it otherwise can be made to see a
    second mail inside of one.
    """

    def __init__(self) -> None:
        # As though a line had ended before the first: then the first is like any other.
        self._held_back, self._unreal = _END[:2], 2
        self.has_ended = False
        self.behind = b""  # what came after the end: commands

    def take(self, piece: bytes) -> bytes:
        """The next bytes of the mail."""
        come = self._held_back + piece
        end = come.find(_END)
        if end >= 0:
            self.has_ended, self.behind, self._held_back = True, come[end + len(_END) :], b""
            return self._real(come[: end + 2])
        # The last bytes may be the begin of the end.
        held = next(length for length in range(len(_END) - 1, -1, -1) if come.endswith(_END[:length]))
        self._held_back = come[len(come) - held :]
        return self._real(come[: len(come) - held])

    def _real(self, come: bytes) -> bytes:
        plain = come.replace(b"\r\n.", b"\r\n")
        real, self._unreal = plain[self._unreal :], max(0, self._unreal - len(plain))
        return real
