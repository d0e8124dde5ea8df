"""One mail through one SMTP session, step by step, so that at each step it is known what the server may have.

Until the last line, a single dot, the server has nothing (RFC 5321, 4.1.1.4). From there until its answer nobody can
know: that is the one window in which a mail may have left although we do not know it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from anliegen.flow.channels.email.verdict import Verdict, judge
from anliegen.ground import egress

# RFC 5321, 4.5.3.2.6: so long a server may think about a mail it has.
ANSWER_WITHIN_S = 600.0


@dataclass(frozen=True)
class RefusedRecipient:
    """The server's no to one recipient. `said` is its own words."""

    address: str
    verdict: Verdict
    said: str = ""


@dataclass(frozen=True)
class Taken:
    """For whom the server took the mail, and for whom not."""

    accepted: tuple[str, ...] = ()
    refused: tuple[RefusedRecipient, ...] = ()

    def named(self, known: Mapping[str, str]) -> "Taken":
        """The same with the addresses as we know them, where the server was told them in another writing."""
        refused = tuple(replace(one, address=known.get(one.address, one.address)) for one in self.refused)
        return Taken(tuple(known.get(one, one) for one in self.accepted), refused)


class NotTaken(Exception):
    """The server said no to all of it."""

    def __init__(self, verdict: Verdict, said: str) -> None:
        super().__init__(f"{said}"[:400])
        self.verdict = verdict


@dataclass
class Progress:
    """How far a session came: what is left of it when it breaks."""

    stage: str = "greeting"
    taken: Taken | None = None


def transmit(
    session: "egress.Session",
    raw: bytes,
    *,
    sender: str,
    to: Sequence[str],
    progress: Progress,
    hand_over: Callable[[], None],
) -> Taken:
    """Hand the mail to the server. `hand_over` is called before the last line; what it raises stops the mail.

    Raises NotTaken, or what the session raises when it breaks; `progress` then says where.
    """
    progress.stage = "sender"
    _insist(session.mail(sender, [f"SIZE={len(raw)}"] if session.has_extn("size") else []), 250, progress.stage)
    progress.stage = "recipient"
    accepted, refused = _recipients(session, to)
    if not accepted:
        progress.taken = Taken((), refused)
        return progress.taken
    progress.stage = "content"
    _insist(session.docmd("DATA"), 354, progress.stage)
    _content(session, raw, hand_over)
    progress.stage = "unknown"
    session.send(b".\r\n")
    with egress.patiently(session, ANSWER_WITHIN_S):
        answer = session.getreply()
    progress.stage = "content"
    _insist(answer, 250, progress.stage)
    progress.taken = Taken(accepted, refused)
    return progress.taken


def _recipients(session: "egress.Session", to: Sequence[str]) -> tuple[tuple[str, ...], tuple[RefusedRecipient, ...]]:
    accepted, refused = [], []
    for address in to:
        status, answer = session.rcpt(address)
        if status in (250, 251):
            accepted.append(address)
        else:
            said = _text(answer)
            refused.append(RefusedRecipient(address, judge(status, said, "recipient"), f"{status} {said}"[:400]))
    return tuple(accepted), tuple(refused)


def _content(session: "egress.Session", raw: bytes, hand_over: Callable[[], None]) -> None:
    """All but the last line. Stopped here, the session is cut at once: a polite QUIT would be part of the mail."""
    stuffed = re.sub(rb"(?m)^\.", b"..", raw)
    try:
        session.send(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")
        hand_over()
    except BaseException:
        session.close()
        raise


def _insist(answer: tuple[int, bytes], wanted: int, stage: str) -> None:
    status, said = answer
    if status != wanted:
        raise NotTaken(judge(status, _text(said), stage), f"{status} {_text(said)}")


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
