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
    SELECT listed.number, newest.direction, newest.said, newest.is_held, ARRAY(
        SELECT agent.name || chr(10)
            || CASE WHEN draft.review = 'asked' THEN coalesce(reviewer.name, team.name) ELSE '' END
        FROM tickets_draft AS draft JOIN accounts_agent AS agent ON agent.id = draft.agent_id
        LEFT JOIN accounts_agent AS reviewer ON reviewer.id = draft.reviewer_id
        LEFT JOIN accounts_team AS team ON team.id = draft.reviewer_team_id
        WHERE draft.ticket_id = listed.number AND draft.kind <> 'note' AND draft.version > 0 ORDER BY draft.id
    )
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
    """How the newest message begins, on one line, whether it was ours, and whether it should have left by now.

    `drafts` are those who write on an answer, each with whom they wait for, empty for nobody.
    """

    text: str
    is_ours: bool
    is_held: bool
    drafts: tuple[tuple[str, str], ...] = ()


def newest_said(numbers: Sequence[int]) -> dict[int, Snippet]:
    """By ticket; one without a message is missing. One query for all of them."""
    if not numbers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [list(numbers), clock.now() - HELD_AFTER])
        return {
            number: Snippet(shorten(said, LENGTH), direction == "out", is_held, tuple(map(_names, drafts)))
            for number, direction, said, is_held, drafts in cursor.fetchall()
        }


def _names(joined: str) -> tuple[str, str]:
    """Who writes, and whom they wait for."""
    writer, _line, asked = joined.partition("\n")
    return writer, asked
