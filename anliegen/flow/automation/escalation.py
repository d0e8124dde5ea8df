"""Who should see to a concern: the escalation levels 0 to 4 and what raises them. Pure; source: handbook S2.12.

0 self-service, 1 team, 2 specialists, 3 lead, 4 ombudsperson or management (records/tickets LEVELS). Raised by time,
value, emotion, vulnerability, repetition and request, each by itself: need is enough, nothing has to have failed. The
value is the money at stake for the customer in this matter, never what the customer is worth to us. Nothing here
lowers a level; a person does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

SELF_SERVICE, TEAM, SPECIALIST, LEAD, MANAGEMENT = range(5)
TRIGGERS = ("time", "value", "emotion", "vulnerability", "repeat", "request")

Amount = TypeVar("Amount", int, timedelta)

EMOTION = frozenset({"anger", "complaint"})
VULNERABILITY = frozenset({"bereavement", "illness", "hardship", "fear", "threat_of_harm"})
_AMOUNT = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[.' ]\d{3}){1,3}|\d{1,9})(?:,(\d{2}|-))?\s?(?:€|eur(?:o|os)?\b)"
    r"|€\s?(\d{1,9})(?:[.,](\d{2}))?",
    re.IGNORECASE,
)
_MANAGEMENT = re.compile(
    r"\b(?:ombuds\w+|geschäftsführ\w+|geschäftsleitung|vorstand\w*|beschwerdestelle|ceo|management|board)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"\b(?:vorgesetzte\w*|chef\w{0,3}|teamleit\w+|abteilungsleit\w+|manager|supervisor|kierowni\w+|responsable)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where each trigger begins; a None switches it off. The operator's stand in `thresholds`."""

    waits_lead: timedelta | None = timedelta(days=5)  # without an answer
    late_by_specialist: timedelta | None = timedelta(hours=24)  # past the target of an answer
    broken_lead: int | None = 1  # broken promises
    broken_management: int | None = 3
    value_specialist: int | None = 50_000  # cents at stake for the customer
    value_lead: int | None = 500_000
    repeat_within: timedelta = timedelta(days=30)
    repeats_specialist: int | None = 1  # earlier concerns of the same person on the same topic in that time
    repeats_lead: int | None = 3
    reopened_specialist: int | None = 1
    reopened_lead: int | None = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a ticket at this moment. Cents of euros; signals are codes that nobody has contradicted."""

    level: int = TEAM
    signals: frozenset[str] = frozenset()
    waits: timedelta = timedelta()  # since the customer's message that nobody answered
    late_by: timedelta = timedelta()
    broken_promises: int = 0
    at_stake: int = 0
    repeats: int = 0
    reopened: int = 0
    wants: int = 0  # the level that was asked for: `wanted_level`


@dataclass(frozen=True, slots=True)
class Level:
    """Never below the level that the ticket has."""

    level: int
    triggers: tuple[str, ...]  # those that ask for a level above what it had, codes of TRIGGERS in their order


def level_of(facts: Facts, thresholds: Thresholds | None = None) -> Level:
    """The highest that any trigger asks for, and which triggers ask for more than there was."""
    asked = list(_asked(facts, thresholds or Thresholds()))
    level = max([facts.level, *(wanted for _trigger, wanted in asked)])
    triggers = {trigger for trigger, wanted in asked if wanted > facts.level}
    return Level(level, tuple(one for one in TRIGGERS if one in triggers))


def _asked(facts: Facts, limits: Thresholds) -> Iterator[tuple[str, int]]:
    yield from _reached("time", LEAD, facts.waits, limits.waits_lead)
    yield from _reached("time", SPECIALIST, facts.late_by, limits.late_by_specialist)
    yield from _reached("time", LEAD, facts.broken_promises, limits.broken_lead)
    yield from _reached("time", MANAGEMENT, facts.broken_promises, limits.broken_management)
    yield from _reached("value", SPECIALIST, facts.at_stake, limits.value_specialist)
    yield from _reached("value", LEAD, facts.at_stake, limits.value_lead)
    yield from _reached("repeat", SPECIALIST, facts.repeats, limits.repeats_specialist)
    yield from _reached("repeat", LEAD, facts.repeats, limits.repeats_lead)
    yield from _reached("repeat", SPECIALIST, facts.reopened, limits.reopened_specialist)
    yield from _reached("repeat", LEAD, facts.reopened, limits.reopened_lead)
    if facts.signals & EMOTION:
        yield "emotion", SPECIALIST
    if facts.signals & VULNERABILITY:
        yield "vulnerability", LEAD if "threat_of_harm" in facts.signals else SPECIALIST
    if "threat_of_suing" in facts.signals:
        yield "emotion", LEAD
    if facts.wants > SELF_SERVICE:
        yield "request", facts.wants


def _reached(trigger: str, level: int, amount: Amount, limit: Amount | None) -> Iterator[tuple[str, int]]:
    if limit is not None and amount >= limit:
        yield trigger, level


def wanted_level(text: str, signals: frozenset[str]) -> int:
    """Which level a sender asks for: nobody in particular (0), a person, a lead, or the ombudsperson or management."""
    if "wish_for_person" not in signals and "complaint" not in signals:
        return SELF_SERVICE
    text = text[:20_000]
    if _MANAGEMENT.search(text):
        return MANAGEMENT
    if _LEAD.search(text):
        return LEAD
    return TEAM if "wish_for_person" in signals else SELF_SERVICE


def amount_at_stake(text: str) -> int:
    """The largest sum of euros that is named, in cents; 0 of none."""
    return max((_cents(found) for found in _AMOUNT.finditer(text[:20_000])), default=0)


def _cents(found: re.Match[str]) -> int:
    whole = re.sub(r"\D", "", found[1] or found[3])
    part = (found[2] if found[1] else found[4]) or "0"
    return int(whole) * 100 + (int(part) if part.isdigit() else 0)
