"""Reports that say in prose who did not get the mail: the layouts of many programs, by what they have in common.

An address counts by the place it has: alone in its line, below words such as "the following recipients", beside a
reason, or in a field that names a recipient. Whom to ask, who sent the mail and who gets the report do not count.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.bounces import status, wording
from anliegen.flow.channels.incoming import BouncedRecipient

_LINES = 400  # of a report that are looked at
_LINE = 1_000  # characters
_LISTED, _REASONED, _NAMED = 3, 2, 1
_MOST = 50
_AROUND = 3  # lines above an address in which a reason, or the words before a list, may stand
_EDGES = " \t<>\"'():;,.|*-[]"


_NEXT_ADDRESS = re.compile(rf"\n[ \t<\"'>|]{{0,20}}({wording.ADDRESS.pattern})")


def own_words(text: str) -> str:
    """The report without the copy of the mail below it."""
    beginning = text[:20_000]
    below = wording.COPY_BELOW.search(beginning, 40)
    return beginning[: below.start()] if below else beginning


def recipients(text: str, *, known: Collection[str], is_delay: bool) -> list[BouncedRecipient]:
    """Whom the report names as not reached. `known` are addresses that it cannot mean, such as the one it came to."""
    lines = [line[:_LINE] for line in own_words(text).split("\n")[:_LINES]]
    found: dict[str, tuple[int, str]] = {}
    for strength, address in _named(lines):
        folded = address.lower()
        if folded not in known and strength > found.get(folded, (0, ""))[0]:
            found[folded] = (strength, address)
    best = max((strength for strength, _address in found.values()), default=0)
    least = min(best, _REASONED)
    return [
        in_words(address, text, is_delay=is_delay) for strength, address in found.values() if strength >= max(least, 1)
    ][:_MOST]


def _named(lines: list[str]) -> Iterator[tuple[int, str]]:
    last_lead = -10 * _AROUND
    empty_since = 0
    for at, line in enumerate(lines):
        if not line.strip():
            empty_since += 1
            continue
        addresses = list(dict.fromkeys(wording.ADDRESS.findall(line))) if "@" in line else []
        if addresses and wording.SENDER_FIELD.match(line) is None:
            follows_lead = at - last_lead <= _AROUND + empty_since
            says_why = status.says_why(line)
            for address in addresses[:10]:
                if not wording.SENDERS.fullmatch(address.partition("@")[0]):
                    yield _strength(line, address, follows_lead=follows_lead, says_why=says_why), address
            if follows_lead:
                last_lead, empty_since = at, 0  # a list goes on
        if wording.LEADS.search(line):
            last_lead, empty_since = at, 0


def _strength(line: str, address: str, *, follows_lead: bool, says_why: bool) -> int:
    start = line.find(address)
    before, after = line[:start].strip(_EDGES), line[start + len(address) :]
    if wording.ADVICE.search(line) and not says_why:
        return 0
    if not before and (
        follows_lead or not after.strip(_EDGES) or after.lstrip(" \"'>)")[:1] in (":", "(", "-", ".", ";")
    ):
        return _LISTED
    if follows_lead and not after.strip(_EDGES):
        return _LISTED
    if says_why or wording.PROSE.search(line) or "rcpt to" in before.lower():
        return _REASONED
    if wording.RECIPIENT_FIELD.match(line):
        return _NAMED
    return _REASONED if follows_lead else 0


def in_words(address: str, text: str, *, is_delay: bool) -> BouncedRecipient:
    """A recipient with what the report says about the address."""
    words = text[:20_000]
    at = words.lower().find(address.lower())
    code, reason = _reason(address, words, at) if at >= 0 else (None, "")
    return BouncedRecipient(address, "delayed" if is_delay else "failed", code, reason[: limits.DIAGNOSTIC] or None)


def explained(found: list[BouncedRecipient], text: str) -> list[BouncedRecipient]:
    """A single recipient without a reason gets the one that stands anywhere in the report."""
    if len(found) != 1 or found[0].status:
        return found
    for line in own_words(text).split("\n")[:_LINES]:
        if code := status.by_reply(line[:_LINE]):
            return [replace(found[0], status=code, diagnostic=_flat(line)[: limits.DIAGNOSTIC])]
    return found


def _reason(address: str, words: str, at: int) -> tuple[str | None, str]:
    """Code and words: what stands behind the address; where that gives no reason, what stands beside or above it."""
    end = at + len(address)
    behind = words[end : end + 2 * limits.DIAGNOSTIC]
    another = next((one for one in _NEXT_ADDRESS.finditer(behind) if one[1].lower() != address.lower()), None)
    behind = behind[: another.start()] if another else behind
    copy = wording.COPY_BELOW.search(behind)
    behind = behind[: copy.start()] if copy else behind
    line = words.rfind("\n", 0, at) + 1
    above = words[max(0, line - limits.DIAGNOSTIC) : line].rstrip().rpartition("\n\n")[2]
    if any(one.lower() != address.lower() for one in wording.ADDRESS.findall(above)):
        above = ""
    paragraphs = [_flat(one) for one in behind.lstrip(">:) \n").split("\n\n", 2)[:2]]
    for candidate in (*paragraphs, _flat(words[line:end]), _flat(above)):
        if code := status.of(candidate[: limits.DIAGNOSTIC]):
            return code, candidate
    return status.stated(behind[: limits.DIAGNOSTIC]), paragraphs[0].strip(" -=_*|")


def _flat(words: str) -> str:
    return " ".join(words.split())
