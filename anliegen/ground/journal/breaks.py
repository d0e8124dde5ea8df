"""Whether the journal still ends as it was signed; and if not, the mark under which it goes on.

Nobody may sign over what is missing: the next head would be the last proof of it. So a break becomes an entry of the
chain itself, and the positions after it continue behind the highest one that anybody may have read.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from anliegen.ground import clock
from anliegen.ground.journal import heads
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.heads import Signed
from anliegen.ground.journal.models import Event, Head, SeenBreak
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verbs import BREAK_SEEN, BROKEN

GENESIS = bytes(32)

REASONS = {
    "cut_off": "rows were cut off after this place",
    "rewritten": "the chain was rewritten: its hash is not the signed one",
    "unsigned": "the newest event has no signed head",
    "forged": "the signature of the head does not hold",
}

# In one statement, so that a sealer at work is seen before or after its seal, never within it. The sum with nothing
# makes the server look up the marks by their verb, instead of walking all positions back to find that there are none.
ENDS = """
SELECT coalesce(row.position, 0), row.hash, head.position, head.hash, head.signature,
       (SELECT max(position) FROM journal_cursor),
       (SELECT hash FROM journal_event WHERE position = %s),
       (SELECT max(position + 0) FROM journal_event WHERE verb = 'journal.broken')
FROM (SELECT 1) AS one
LEFT JOIN (SELECT position, hash FROM journal_event WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1) AS row
       ON true
LEFT JOIN (SELECT position, hash, signature FROM journal_head ORDER BY position DESC LIMIT 1) AS head ON true
"""


@dataclass(frozen=True)
class End:
    """The newest row; the highest position that was ever signed, anchored or read; what does not match, as a code."""

    position: int
    hash: bytes
    highest: int
    fault: str
    forged_head: int | None = None


def end() -> End:
    """How the journal ends now, compared with what was signed last and with what its readers have read."""
    anchor = heads.anchored()  # before the rows: so it may be behind them, but never ahead
    with connection.cursor() as cursor:
        cursor.execute(ENDS, [anchor.position if anchor else 0])
        position, digest, signed, signed_hash, signature, read, there, marked = cursor.fetchall()[0]
    digest = bytes(digest) if digest is not None else GENESIS
    head = Signed(signed, bytes(signed_hash), bytes(signature)) if signed is not None else None
    if anchor is not None and anchor.is_ours and anchor.position < (marked or 0):
        anchor = None  # of before a break that is marked already: it could not be replaced yet
    faults = [
        _fault_of_head(head, position, digest),
        _fault_of_anchor(anchor, position, bytes(there) if there is not None else None),
        "cut_off" if (read or 0) > position else "",
    ]
    trusted = [each.position for each in (head, anchor) if each is not None and each.is_ours]
    forged_head = head.position if head is not None and not head.is_ours else None
    return End(position, digest, max([position, read or 0, *trusted]), next(filter(None, faults), ""), forged_head)


def mark(ends: End) -> Event:
    """The entry that says so, to be sealed before all others. What was signed until now is kept for good."""
    # A forged head is no proof of anything, and would stand before all that we sign from now on.
    if ends.forged_head is not None:
        Head.objects.filter(position=ends.forged_head).delete()
    Head.objects.update(kept=True)
    return record(
        BROKEN,
        "journal",
        actor=SYSTEM,
        at=clock.now(),
        reason=ends.fault,
        stands=ends.position,
        signed=ends.highest,
    )


def needs_somebody() -> bool:
    """Whether a break is marked that nobody has looked into, or one is there that nothing was sealed after."""
    return unseen().exists() or end().fault != ""


def marks() -> QuerySet[Event]:
    """The breaks that are marked, for ever."""
    return Event.objects.filter(verb=BROKEN.name)


def unseen() -> QuerySet[Event]:
    """Those that nobody has looked into."""
    return marks().filter(seen=None)


def acknowledge(mark: Event, *, why: str, actor: Actor, at: datetime) -> SeenBreak:
    """Somebody has looked into a break and says why it came. Does nothing when somebody has before.

    Signs and warnings end by it; the mark stays, and `verify` names it for ever. The reason is words of a person, so it
    stands beside the chain and not in it.
    """
    with transaction.atomic():
        mark = Event.objects.select_for_update(of=("self",)).get(pk=mark.pk, verb=BROKEN.name)
        seen, is_new = SeenBreak.objects.get_or_create(mark=mark, defaults={"by": actor.ref, "at": at, "why": why})
        if is_new:
            record(BREAK_SEEN, "journal", actor=actor, at=at, mark=mark.position)
    return seen


def _fault_of_head(head: Signed | None, position: int, digest: bytes) -> str:
    if head is None:
        return "unsigned" if position else ""
    if not head.is_ours:
        return "forged"
    if head.position != position:
        return "cut_off" if head.position > position else "unsigned"
    return "" if head.hash == digest else "rewritten"


def _fault_of_anchor(anchor: Signed | None, position: int, there: bytes | None) -> str:
    """It may be behind, after a crash between seal and file."""
    if anchor is None:
        return ""
    if not anchor.is_ours:
        return "forged"
    if anchor.position > position:
        return "cut_off"
    return "" if there == anchor.hash else "rewritten"
