"""How the newest message of each ticket begins, for the lines of a list. What a rule wrote says nothing new there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from anliegen.ground import clock
from anliegen.ground.text import shorten

LENGTH = 140
HELD_AFTER = timedelta(minutes=2)  # longer than anybody may undo: what is still here then was not taken

# One probe of the timeline's index per ticket, however long its history is.
_NEWEST = """
    SELECT listed.number, newest.direction, newest.said, newest.is_held
    FROM unnest(%s::bigint[]) AS listed(number),
    LATERAL (
        SELECT direction, left(coalesce(nullif(reply_text, ''), text), 400) AS said,
            state = 'queued' AND coalesce(send_at, created_at) < %s AS is_held
        FROM tickets_message WHERE ticket_id = listed.number AND state <> 'cancelled' AND rule = ''
        ORDER BY created_at DESC, id DESC LIMIT 1
    ) AS newest
"""


@dataclass(frozen=True)
class Snippet:
    """How the newest message begins, on one line, whether it was ours, and whether it should have left by now."""

    text: str
    is_ours: bool
    is_held: bool


def newest_said(numbers: Sequence[int]) -> dict[int, Snippet]:
    """By ticket; one without a message is missing. One query for all of them."""
    if not numbers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [list(numbers), clock.now() - HELD_AFTER])
        return {
            number: Snippet(shorten(said, LENGTH), direction == "out", is_held)
            for number, direction, said, is_held in cursor.fetchall()
        }
