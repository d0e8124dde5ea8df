"""How the newest message of each ticket begins, for the lines of a list. What a rule wrote says nothing new there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from anliegen.ground.text import shorten

LENGTH = 140

# One probe of the timeline's index per ticket, however long its history is.
_NEWEST = """
    SELECT listed.number, newest.direction, newest.said
    FROM unnest(%s::bigint[]) AS listed(number),
    LATERAL (
        SELECT direction, left(coalesce(nullif(reply_text, ''), text), 400) AS said
        FROM tickets_message WHERE ticket_id = listed.number AND state <> 'cancelled' AND rule = ''
        ORDER BY created_at DESC, id DESC LIMIT 1
    ) AS newest
"""


@dataclass(frozen=True)
class Snippet:
    """How the newest message begins, on one line, and whether it was ours."""

    text: str
    is_ours: bool


def newest_said(numbers: Sequence[int]) -> dict[int, Snippet]:
    """By ticket; one without a message is missing. One query for all of them."""
    if not numbers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [list(numbers)])
        return {
            number: Snippet(shorten(said, LENGTH), direction == "out") for number, direction, said in cursor.fetchall()
        }
