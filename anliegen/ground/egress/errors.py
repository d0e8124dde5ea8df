"""Why something did not go out. `passing` ones are worth another try later, the others are not."""

from __future__ import annotations

from typing import ClassVar


class EgressError(Exception):
    """`code` is for ledgers and logs; the text names no path, query, credential or body."""

    passing: bool = False
    result: ClassVar[str] = "error"

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code


class Refused(EgressError):
    """We did not let it out: not registered, an inner address, or an address that means nothing."""

    result = "refused"


class Unreachable(EgressError):
    """The other side was not there, or went away in the middle."""

    passing = True


class TimedOut(EgressError):
    """The other side took too long, all in all."""

    passing = True
    result = "timeout"


class TooLarge(EgressError):
    """The answer is larger than the destination may send."""

    result = "too_large"


class Failed(EgressError):
    """The other side answered, but not in a way that can be trusted or understood: certificate, protocol.

    `why` tells a certificate's fault, where TLS names it: expired, early, self_signed, name, issuer.
    """

    def __init__(self, code: str, text: str = "", *, why: str = "") -> None:
        super().__init__(code, text)
        self.why = why


class TurnedAway(EgressError):
    """A mail server said no, for now (`passing`, its 4xx) or for good (5xx).

    `status` is its code and `answer` what it said, which may name addresses: not for logs. `recipients` are the
    refused addresses with code and answer for each, if it was about them.
    """

    def __init__(self, status: int, answer: str, recipients: dict[str, tuple[int, str]] | None = None) -> None:
        super().__init__(f"smtp_{status}", f"The mail server said no ({status}).")
        self.passing = 400 <= status < 500
        self.status = status
        self.answer = answer
        self.recipients = recipients or {}


class InsideTransaction(Exception):
    """Our own mistake: a call while a transaction is open. Write a row; let a reader or job make the call."""
