"""How often one sender may do what anybody may do. Counted by PostgreSQL, so that no two processes count as one."""

from datetime import datetime

from django.db import connection
from django.http import HttpRequest
from django.utils import crypto

from anliegen.faces.portal.models import Attempts
from anliegen.ground.peers import peer

MINUTE, HOUR = 60, 3600
# One statement: of attempts made in the same moment each gets a number of its own. PostgreSQL's clock counts, since
# the machines that share it may have different ones.
COUNT = """
INSERT INTO portal_attempts (key, counted, until)
VALUES (%(key)s, 1, clock_timestamp() + make_interval(secs => %(within)s))
ON CONFLICT (key) DO UPDATE SET
    counted = CASE WHEN portal_attempts.until <= clock_timestamp() THEN 1 ELSE portal_attempts.counted + 1 END,
    until = CASE WHEN portal_attempts.until <= clock_timestamp() THEN excluded.until ELSE portal_attempts.until END
RETURNING counted
"""


def allows(what: str, who: str, *, most: int, within_s: int) -> bool:
    """Count one more and say whether that is still within the limit; the first one begins the time.

    `who` is kept as a digest, and for little longer than this time.
    """
    key = crypto.salted_hmac(f"anliegen.limit.{what}", who, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "within": within_s})
        row = cursor.fetchone()
    return row is not None and row[0] <= most


def forget(*, at: datetime) -> int:
    """Delete what counts for nothing any more; return how many."""
    return Attempts.objects.filter(until__lt=at).delete()[0]


def sender(request: HttpRequest) -> str:
    """The sender's network address, as it is counted."""
    return peer(str(request.META.get("REMOTE_ADDR", "")))
