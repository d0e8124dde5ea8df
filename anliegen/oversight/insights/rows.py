"""The concerns of a period as a stream: read in one statement, bounded however many there are."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from anliegen.oversight.insights.fairness.quantiles import Floats
from anliegen.oversight.insights.fairness.stream import Grouping, Stream
from anliegen.oversight.insights.fairness.tone import tone_of
from anliegen.records.accounts import hours as opening_hours
from anliegen.records.accounts.calendar import BusinessHours, openings

MOST = 20_000  # concerns; the newest ones
TEXT_READ = 2000  # characters in which the tone is looked for
SHORT, LONG = 200, 800  # characters of the first message: shorter, longer
HIGH = 3  # priorities from here on are called high or urgent
UNKNOWN = "?"

# How sure a decision was is compared only where there is something to compare: a model's decision on the topic of
# which a person said in so many words whether it was right. A rule is always sure, and silence says nothing.
# What a person took from the team that automation knew stands without a place by that person's deed.
# The period comes by `last_message_at` too, which is never earlier than `created_at` and which an index has.
_ROWS = """
SELECT topic, channel, language, priority, extract(epoch FROM created_at), extract(epoch FROM first_answered_at),
    status IN ('new', 'open', 'waiting_internal', 'waiting_customer'),
    unplaced_since IS NOT NULL AND NOT COALESCE(made.had_team, false),
    EXISTS (SELECT FROM tickets_ticket earlier
        WHERE earlier.person_id = recent.person_id AND earlier.number < recent.number),
    first.length, first.start,
    made.by_rule, made.by_model, made.fits_none, made.confidence, made.stands,
    (SELECT answer FROM feedback_outcome WHERE ticket_id = recent.number AND answer <> '' ORDER BY id DESC LIMIT 1)
FROM (SELECT * FROM tickets_ticket WHERE created_at >= %(since)s AND created_at < %(until)s
    AND last_message_at >= %(since)s AND joined_into_id IS NULL ORDER BY number DESC LIMIT %(most)s) AS recent
LEFT JOIN LATERAL (SELECT char_length(said) AS length, left(said, %(read)s) AS start
    FROM (SELECT COALESCE(NULLIF(reply_text, ''), text) AS said FROM tickets_message
        WHERE ticket_id = recent.number AND direction = 'in' ORDER BY created_at, id LIMIT 1) AS whole) AS first ON true
LEFT JOIN LATERAL (SELECT bool_or(applied_at IS NOT NULL AND author LIKE 'rule:%%') AS by_rule,
    bool_or(applied_at IS NOT NULL) FILTER (WHERE author LIKE 'model:%%') AS by_model,
    bool_or(choice = '') AS fits_none, bool_or(question = 'team' AND applied_at IS NOT NULL) AS had_team,
    (array_agg(confidence ORDER BY id DESC) FILTER (WHERE was_judged))[1] AS confidence,
    (array_agg(settled_as = 'confirmed' ORDER BY id DESC) FILTER (WHERE was_judged))[1] AS stands
    FROM (SELECT *, author LIKE 'model:%%' AND question = 'topic' AND choice <> '' AND NOT is_implied
            AND settled_as IN ('confirmed', 'corrected', 'rejected', 'undone', 'stopped') AS was_judged
        FROM automation_decision
        WHERE ticket_id = recent.number AND question IN ('topic', 'team') AND NOT is_shadow) AS decision) AS made
    ON true
"""


def stream(*, since: datetime, until: datetime, most: int = MOST) -> tuple[Stream, bool]:
    """The newest concerns that began then, and whether there were more."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"since": since, "until": until, "most": most + 1, "read": TEXT_READ})
        rows = cursor.fetchall()
    return _stream(rows[:most], since, until), len(rows) > most


def _stream(rows: Sequence[tuple[Any, ...]], since: datetime, until: datetime) -> Stream:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 17
    (topic, channel, language, priority, begun, answered, is_open, unplaced, is_known, length, start, by_rule,
        by_model, fits_none, sure, stands, outcome) = columns  # fmt: skip
    opened = _numbers(begun)
    decided = [one is not None for one in by_rule]
    return Stream(
        topics=Grouping.of([one or UNKNOWN for one in topic]).codes,
        weeks=((opened - since.timestamp()) // timedelta(weeks=1).total_seconds()).astype(np.int64),
        groups={
            "channel": Grouping.of(list(channel)),
            "language": Grouping.of([one or None for one in language]),
            "topic_known": Grouping.of(["yes" if one else "no" for one in topic]),
            "length": Grouping.of([_length(one) for one in length]),
            "tone": Grouping.of(
                [tone_of(text or "", spoken) for text, spoken in zip(start, language, strict=True)]
            ),
            "acquaintance": Grouping.of(["known" if one else "new" for one in is_known]),
        },
        waits=_waits(opened, _numbers(answered), np.array(is_open, dtype=bool), since, until),
        rates={
            "urgent": np.array([float(one >= HIGH) for one in priority]),
            "unplaced": _flags([
                bool(none) or still if there else True if still else None
                for none, still, there in zip(fits_none, unplaced, decided, strict=True)
            ]),
            "by_rule": _flags(list(by_rule)),
            "by_model": _flags(list(by_model)),
            "fulfilled": _flags([None if one is None else one == "fulfilled" for one in outcome]),
        },
        sure=_numbers(sure),
        right=_flags(list(stands)),
    )  # fmt: skip


def _numbers(values: Sequence[Any]) -> Floats:
    return np.array([np.nan if one is None else float(one) for one in values], dtype=np.float64)


def _flags(values: Sequence[bool | None]) -> Floats:
    return np.array([np.nan if one is None else float(one) for one in values], dtype=np.float64)


def _length(characters: int | None) -> str | None:
    if not characters:
        return None
    return "short" if characters < SHORT else "long" if characters > LONG else "medium"


def _waits(
    opened: Floats, answered: Floats, is_open: "np.ndarray[Any, Any]", since: datetime, until: datetime
) -> Floats:
    """Hours of service time until the first answer. Who still waits counts with what they have waited until now: to
    leave them out would hide a group that nobody answers. What ended without an answer has no wait."""
    ends = np.where(np.isnan(answered) & is_open, until.timestamp(), answered)
    clock = _service_clock(since, until)
    found: Floats = (clock(np.minimum(ends, until.timestamp())) - clock(opened)) / 3600
    return found


def _service_clock(since: datetime, until: datetime) -> Any:
    """From moments to seconds of service time since the beginning; without service hours every second counts."""
    calendar = opening_hours.default_calendar()
    edges, passed = [since.timestamp()], [0.0]
    for opens, closes in _spans(opening_hours.of_calendar(calendar), since, until) if calendar else [(since, until)]:
        edges += [opens.timestamp(), closes.timestamp()]
        passed += [passed[-1], passed[-1] + (closes - opens).total_seconds()]
    return lambda moments: np.where(np.isnan(moments), np.nan, np.interp(moments, edges, passed))


def _spans(hours: BusinessHours, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    found = []
    day, last = (since - timedelta(days=1)).date(), (until + timedelta(days=1)).date()
    while day <= last:
        for opens, closes in openings(hours, day):
            begin, end = max(opens, since), min(closes, until)
            if begin < end:
                found.append((begin, end))
        day += date.resolution
    return found
