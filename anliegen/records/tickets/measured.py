"""How targets were kept, by team and topic, in business time: never by person, nor by very small groups."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

FEWEST = 5


@dataclass(frozen=True)
class Kept:
    """One group: of `kept + missed` that ended, half took at most `p50`, and eight of ten at most `p80`."""

    kind: str
    team: str
    topic: str
    kept: int
    missed: int
    p50: timedelta
    p80: timedelta

    @property
    def percent(self) -> int:
        """Kept, rounded down: 100 only when all were."""
        return 100 * self.kept // (self.kept + self.missed)


@dataclass(frozen=True)
class Measured:
    """All groups that are large enough, and how many are not."""

    groups: tuple[Kept, ...]
    hidden: int


# Quantiles by nearest rank: a time that was really measured. What ended without an answer counts neither way.
_GROUPS = """
    SELECT timer.kind, coalesce(team.name, ''), {topic},
        count(*) FILTER (WHERE timer.outcome = 'met'), count(*) FILTER (WHERE timer.outcome = 'missed'),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY timer.used),
        percentile_disc(0.8) WITHIN GROUP (ORDER BY timer.used)
    FROM tickets_timer AS timer LEFT JOIN accounts_team AS team ON team.id = timer.team_id
    WHERE timer.ended_at >= %s AND timer.ended_at < %s AND timer.outcome IN ('met', 'missed')
    GROUP BY timer.kind, team.id, team.name, {topic}
    ORDER BY team.name NULLS LAST, {topic}, timer.kind
"""


def measured(*, since: datetime, until: datetime, by_topic: bool = True) -> Measured:
    """How targets were kept by what ended in this time, by team and topic, or by team alone."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS.format(topic="timer.topic" if by_topic else "''::varchar"), [since, until])
        found = [Kept(*row) for row in cursor.fetchall()]
    large = tuple(one for one in found if one.kept + one.missed >= FEWEST)
    return Measured(large, len(found) - len(large))
