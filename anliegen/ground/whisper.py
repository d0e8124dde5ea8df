"""Something told to every process that listens, and written down nowhere: PostgreSQL's notifications with a content.

For what is true for seconds and missed by nobody: who is there, that a page should look again. What must not get lost
is an event of the journal.
"""

import json
from typing import Any

from django.db import connection

MOST_BYTES = 7000  # PostgreSQL takes 8000


class TooLong(Exception):
    """More than a notification takes: the caller says it in parts."""


def whisper(channel: str, content: Any) -> None:
    """Tell it at the commit of the transaction, or at once outside of one. Raises TooLong.

    By itself it changes no row, so PostgreSQL waits for no disk.
    """
    text = encode(content)
    if len(text.encode()) > MOST_BYTES:
        raise TooLong(channel)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, text])


def encode(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
