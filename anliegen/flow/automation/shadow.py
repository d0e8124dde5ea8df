"""The version that waits reads what comes in beside the one that speaks, silently.

What it would say is kept as a shadow: it has no effect, no customer sees it, and nothing is learnt from it. It may not
hold up the intake: it has a time for each batch, and what it does not get to is not compared. However it fails, the
sorting goes on, and it is left alone for a while.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from anliegen.flow.automation import approval, topics
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.branches import Tree
from anliegen.flow.automation.teaching import speaking
from anliegen.flow.automation.teaching.speaking import Speaking
from anliegen.ground import rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import attempt
from anliegen.ground.journal.models import Event
from anliegen.ground.wake import database_is_away
from anliegen.records.tickets.models import Message, Ticket

log = structlog.get_logger(__name__)

BUDGET_S = 0.5  # of one batch, its loading too; the few that are being read are read to the end
AT_ONCE = 8


@dataclass(frozen=True)
class Read:
    """A message that a model may read, with its words as they are read, and the event that brought it."""

    ticket: Ticket
    message: Message
    text: str
    event: Event


def try_out(read: Sequence[Read], *, tree: Tree, at: datetime) -> None:
    """Write down what the version that waits would have said. The caller holds the tickets under lock, and none of its
    rows wait to be written."""
    until = time.monotonic() + BUDGET_S
    voice = speaking.waiting_or_none() if read else None
    if voice is None:
        return
    try:
        with attempt(), rows.deferred(len(read)):
            _write_down(list(_within_budget(read, voice, tree, until)), Actor.model(voice.learnt.name), at)
    except Exception as error:
        if database_is_away(error):
            raise
        speaking.failed(voice.learnt)
        log.exception("the model that waits has failed")


def _write_down(said: Sequence[tuple[Read, Proposal]], actor: Actor, at: datetime) -> None:
    for one, proposal in said:
        approval.submit(
            one.ticket, "topic", proposal, actor=actor.because_of(one.event), at=at, message=one.message,
            is_shadow=True,
        )  # fmt: skip


def _within_budget(read: Sequence[Read], voice: Speaking, tree: Tree, until: float) -> Iterator[tuple[Read, Proposal]]:
    for start in range(0, len(read), AT_ONCE):
        if time.monotonic() > until:
            log.info("the model that waits did not get to all", left=len(read) - start)
            return
        some = read[start : start + AT_ONCE]
        yield from zip(some, topics.read([one.text for one in some], voice, tree=tree), strict=True)
