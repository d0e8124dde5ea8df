"""What happens around the words of a ticket: who sorts it, who takes it on, and who closes it."""

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from anliegen.oversight.portability.demo import timing
from anliegen.oversight.portability.demo.cast import Cast
from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.company import Company
from anliegen.oversight.portability.demo.plot import Plot
from anliegen.oversight.portability.demo.shapes import PERSON, Turn

NOTED = ("phone", "letter")  # what an agent writes down or opens
_CLOSES_AFTER, _MORNING = timedelta(days=8), time(8, 5)  # whoever had it closes what was quiet for a week


def complete(
    turns: Sequence[Turn], plot: Plot, company: Company, cast: Cast, mailbox: str, now: datetime
) -> tuple[Turn, ...]:
    """The words with all that happens between them, in the order of time, up to `now`."""
    chance = chance_of(f"{plot.key}/{turns[0].at:%Y%m%d}/around")
    extra = [*_taking_on(turns, plot, company, now, chance), *_ending(turns, plot, company, now, chance)]
    next_at = min([turn.at for turn in [*turns[1:], *extra]], default=now)
    extra += _sorting(turns[0].at, next_at, plot, company, cast, mailbox, now, chance)
    return tuple(sorted([*turns, *extra], key=lambda turn: turn.at))


def _sorting(
    opened: datetime,
    before: datetime,
    plot: Plot,
    company: Company,
    cast: Cast,
    mailbox: str,
    now: datetime,
    chance: random.Random,
) -> list[Turn]:
    """Where the mailbox says nothing or another team, a person says whose it is, before anything else happens."""
    team = plot.scene.team
    if plot.channel in NOTED:
        # Whoever noted it down knows.
        return [Turn("move", opened + timedelta(seconds=40), company.clerk.key, to=team)]
    decided = next(box.team for box in cast.mailboxes if box.address == mailbox)
    if decided == team:
        return []
    at = timing.in_office_hours(opened, timedelta(minutes=chance.randint(3, 40)))
    if at >= before:
        at = opened + (before - opened) * 0.4
    by = next((agent.key for agent in cast.agents if decided and agent.leads == decided), "katrin")
    return [Turn("move", at, by, to=team)] if at < now else []


def _taking_on(turns: Sequence[Turn], plot: Plot, company: Company, now: datetime, chance: random.Random) -> list[Turn]:
    """Agents take concerns on shortly before they answer, or the lead deals them out soon after they came."""
    first, agent = turns[0].at, company["a"]
    own = [turn for turn in turns[1:] if turn.by == agent.key]
    foreign = [turn for turn in turns[1:] if turn.by not in (agent.key, PERSON)]
    if plot.state == "fresh" or (plot.state == "done" and not own):
        return []
    limit = own[0].at if own else min(now, first + timedelta(hours=80))
    by, at = agent.key, limit - timedelta(seconds=chance.randint(70, 900))
    if not own or chance.random() < 0.35 or (foreign and foreign[0].at < limit):
        by, at = company.lead.key, timing.in_office_hours(first, timedelta(minutes=chance.randint(4, 50)))
    if not first < at < limit:
        at = first + (limit - first) * 0.6
    return [Turn("assign", at, by, to=agent.key)] if at < now else []


def _ending(turns: Sequence[Turn], plot: Plot, company: Company, now: datetime, chance: random.Random) -> list[Turn]:
    """A last "thank you" opens the concern again, so whoever reads it sets it back; later they close it."""
    if plot.state != "done":
        return []
    last, extra = turns[-1], []
    if last.kind == "message":
        at = timing.in_office_hours(last.at, timedelta(minutes=chance.randint(9, 95)))
        extra.append(Turn("status", at, company["a"].key, status="resolved"))
    closing = timing.moment(timing.local_day(last.at + _CLOSES_AFTER), _MORNING)
    extra.append(Turn("status", closing, company["a"].key, status="closed"))
    return [turn for turn in extra if turn.at < now]
