"""How fast mail leaves: so many a minute to one mail domain, so many at once to the mail server.

Large providers count what one sender brings them and turn away what is too much; a wave of answers is better spread by
us than refused by them. A delivery gets its place in the row once, so that many waiting ones need not ask again.
"""

import random
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from anliegen.flow.channels.models import Delivery
from anliegen.ground.alone import one_of
from anliegen.records.accounts.models import Operator

MINUTE = timedelta(minutes=1)
PATIENCE_S = 2.0  # so long a delivery waits for its place before it comes back later
ROW, SERVER = 0x50616365, 0x536D7470  # locks: "Pace", "Smtp"
MOST_COUNTED = 3000
LONGEST_WAIT_S = 300
LONGEST_ROW = timedelta(days=1)


def domains_of(addresses: Iterable[str]) -> list[str]:
    return sorted({address.rpartition("@")[2].lower()[:255] for address in addresses})


def place_in_the_row(delivery: Delivery, operator: Operator, *, at: datetime) -> datetime:
    """When this delivery may go to its domains: now, or when enough others have gone. Inside a transaction.

    Within any minute no more than the operator's number get a place for the same domain.
    """
    with connection.cursor() as cursor:
        # One after the other: two that count at the same time would both see the last free place.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ROW])
    until = at + longest_row(operator)
    return max([at, *(_free_at(delivery, domain, operator.sends_per_minute, at, until) for domain in delivery.domains)])


def longest_row(operator: Operator) -> timedelta:
    """How far off a place in the row may be when so many wait: one beyond that was given by a clock that was ahead."""
    waiting = Delivery.objects.filter(done_at=None)[:MOST_COUNTED].count()
    if waiting == MOST_COUNTED:
        return LONGEST_ROW
    return min(MINUTE * (5 + 2 * waiting / operator.sends_per_minute), LONGEST_ROW)


def _free_at(delivery: Delivery, domain: str, most: int, at: datetime, until: datetime) -> datetime:
    near = {"slot_at__gt": at - MINUTE, "slot_at__lte": until}
    row = Delivery.objects.filter(**near, domains__contains=[domain]).exclude(pk=delivery.pk)
    last = row.order_by("-slot_at").values_list("slot_at", flat=True)[most - 1 : most]
    found = list(last)
    return found[0] + MINUTE if found and found[0] is not None else at


def at_the_server(operator: Operator) -> AbstractContextManager[bool]:
    """Be one of those who talk to the mail server; False when as many as may do so already, and go on doing so.

    A quick server has a place in a moment: whoever went away for it at once would come back long after it was free.
    """
    return one_of(SERVER, operator.sends_at_once, patience=PATIENCE_S)


def come_back_in() -> timedelta:
    """How long to stay away when the server is busy: the more wait, the longer, so that they do not crowd its door."""
    waiting = Delivery.objects.filter(done_at=None)[:MOST_COUNTED].count()
    return timedelta(seconds=random.uniform(1, min(LONGEST_WAIT_S, 2 + waiting / 4)))  # noqa: S311 (no secret)


def server_is_away(delivery: Delivery, *, at: datetime) -> bool:
    """Whether another delivery found the server unreachable a moment ago: then not each has to find out by itself.

    What began in the future did so by a clock that has been put back since, and says nothing about now.
    """
    lately = Delivery.objects.filter(
        done_at=None, trouble="server", started_at__gt=at - MINUTE, started_at__lt=at + MINUTE
    )
    return lately.exclude(pk=delivery.pk).exists()


def held_up() -> "QuerySet[Delivery]":
    """Those that wait because the mail server refuses us or cannot be reached."""
    return Delivery.objects.filter(done_at=None, trouble__in=("ours", "server"))
