"""After a restore: what may have left since the backup does not leave again by itself.

The backup knows an answer as waiting; the instance it was taken from sent it a minute later, and then its disk broke.
Nobody who only has the backup can know that, so nobody guesses: answers of people wait for a person's yes, as after the
one window in which a mail may have left (see decision 0012). What rules write is not sent again and asks nobody: the
concern itself is there and is answered, and a second confirmation of the same thing helps no customer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from anliegen.flow.channels import verbs
from anliegen.flow.channels.attempt import UNDER_WAY, left_of
from anliegen.flow.channels.models import Delivery, Restoration
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.record import record
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import SPOKEN
from anliegen.records.tickets.models import Message

CODE = "restored"  # of the deliveries, explained by `undelivered.py`


@dataclass(frozen=True)
class Held:
    """How many answers wait for a person, and how many mails that rules wrote are not sent again."""

    answers: int
    automatic: int


def hold_back(*, at: datetime) -> Held:
    """Keep what the backup knows as unsent from leaving, unless its chosen time is still to come. In a transaction.

    Says so in the journal when there is any.
    """
    unsettled = list(_unsettled(at))
    for message in unsettled:
        _hold(message, at)
    automatic = sum(1 for message in unsettled if message.rule)
    held = Held(len(unsettled) - automatic, automatic)
    Restoration.objects.create(at=at)
    if unsettled:
        record(verbs.INSTANCE_RESTORED, "instance", actor=SYSTEM, at=at, answers=held.answers, automatic=held.automatic)
    return held


def came_before_it(came_at: datetime) -> bool:
    """Whether the instance was restored after this had come: what answers it by rule may have left already."""
    return Restoration.objects.filter(at__gte=came_at).exists()


def _unsettled(at: datetime) -> Iterator[Message]:
    """What was queued, or had left for some only, and would have been tried until now."""
    waits = Q(state="queued") | Q(state="sent", delivery__isnull=False, delivery__done_at=None)
    out = Message.objects.filter(waits, direction="out").exclude(channel__in=SPOKEN)
    for message in out.select_related("delivery").order_by("pk"):
        if _leaves_at(message) <= at:
            yield message


def _leaves_at(message: Message) -> datetime:
    delivery = _delivery_of(message)
    if delivery is not None and delivery.started_at is not None and delivery.due_at > delivery.started_at + UNDER_WAY:
        return delivery.due_at  # it was refused for now, and was to be tried again then
    return message.send_at or message.created_at


def _hold(message: Message, at: datetime) -> None:
    delivery = _delivery_of(message) or Delivery(message=message, due_at=at)
    if message.state == "sent":
        rest = [{"address": one, "reason": CODE} for one in left_of(delivery)]
        if rest:
            actions.mark_unreached(message, [*message.unreached, *rest], reason=CODE, actor=SYSTEM, at=at)
    else:
        message = actions.mark_maybe_sent(message, actor=SYSTEM, at=at)
        if message.rule:
            actions.settle(message, actor=SYSTEM, at=at)
    delivery.done_at, delivery.code, delivery.trouble = at, CODE, ""
    delivery.save()


def _delivery_of(message: Message) -> Delivery | None:
    return getattr(message, "delivery", None)
