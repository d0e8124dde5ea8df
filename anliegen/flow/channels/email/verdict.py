"""What a mail server's no means: for now or for good, and whose trouble it is.

Pure. By the reply code (RFC 5321, 4.2) and the enhanced one where the server gives it (RFC 3463, RFC 7372). Where they
contradict each other the reply code decides whether another try is worth it, the enhanced one whose trouble it is.
"""

import re
from dataclasses import dataclass

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# What is about us and not about this mail: protocol, encryption, login (RFC 5321, 3207, 4954).
_OURS = frozenset({500, 502, 503, 504, 521, 530, 534, 535, 538})
# Sender's address, mail system, protocol, authentication, DKIM, SPF, DMARC, reverse DNS: the operator mends these.
_OURS_ENHANCED = frozenset(
    ["1.7", "1.8", "3.2", "3.3", "3.5", "5.1", "5.2", "5.4", "7.3", "7.8", "7.9", "7.10", "7.11", "7.12", "7.14"]
    + [f"7.{number}" for number in range(20, 28)]
)
_RELAY = re.compile(r"\brelay", re.IGNORECASE)
_TOO_LARGE = (552, "3.4")


@dataclass(frozen=True)
class Verdict:
    """`whose`: `recipient`, `mail` or `ours`. `code` is for the journal: `5.1.1`, or `smtp-550` without one."""

    code: str
    passing: bool
    whose: str


def judge(status: int, said: str, stage: str) -> Verdict:
    """What the answer `status` means at a stage: `greeting`, `login`, `sender`, `recipient` or `content`."""
    enhanced = _ENHANCED.search(said[:200])
    detail = enhanced[1].partition(".")[2] if enhanced else ""
    return Verdict(
        code=enhanced[1] if enhanced else f"smtp-{status}",
        passing=400 <= status < 500,
        whose=_whose(status, detail, said, stage),
    )


def _whose(status: int, detail: str, said: str, stage: str) -> str:
    if stage in ("greeting", "login"):
        return "ours"
    if (status == _TOO_LARGE[0] and detail in ("", _TOO_LARGE[1])) or detail == _TOO_LARGE[1]:
        return "mail"
    if stage == "sender" or status in _OURS or detail in _OURS_ENHANCED:
        return "ours"
    if stage == "recipient":
        return "ours" if _RELAY.search(said) else "recipient"
    return "mail"
