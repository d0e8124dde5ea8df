"""The way of a message out of the house: when it is tried, how that ended, and upon which event."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import MAX_DEPTH
from anliegen.records.tickets.models import Message

TROUBLES = [
    ("", _("none")), ("passing", _("refused for now")),
    ("ours", _("the mail server refuses us")), ("server", _("the mail server cannot be reached")),
]  # fmt: skip


class Delivery(models.Model):
    """The way of one message out of the house. One row per message, so that two workers never send it twice."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="delivery")
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    setbacks = models.PositiveSmallIntegerField(default=0, db_default=0)  # attempts that failed because of the mail
    deaths = models.PositiveSmallIntegerField(default=0, db_default=0)  # processes that died at it
    started_at = models.DateTimeField(null=True)  # when the last attempt began
    under_way_since = models.DateTimeField(null=True)  # gone when the attempt ended: what is left of it names a death
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, blank=True)  # what the server said, for people
    code = models.CharField(max_length=40, blank=True, default="", db_default="")  # its code, such as 5.1.1
    trouble = models.CharField(max_length=10, choices=TROUBLES, blank=True, default="", db_default="")
    taken = models.JSONField(default=list, db_default=[])  # addresses for which the server took it
    refused = models.JSONField(default=list, db_default=[])  # [{"address", "reason"}] for good
    domains = ArrayField(models.CharField(max_length=255), default=list, db_default=[])
    slot_at = models.DateTimeField(null=True)  # when it may go to its domains, see `pace.py`
    because = models.BigIntegerField(null=True)  # position of the event that asked for it, and how long that chain is
    depth = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("delivery")
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], name="channels_delivery_due", condition=Q(done_at__isnull=True)),
            models.Index(fields=["slot_at"], name="channels_delivery_slot", condition=Q(slot_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"delivery of message {self.message_id}"

    @staticmethod
    def upon(event: Event) -> dict[str, Any]:
        """The fields that say upon which event it was planned.

        What became of a mail must be noted however long the chain is: it breaks no loop that a mail is behind.
        """
        actor = SYSTEM.because_of(event)
        return {"because": actor.because, "depth": min(actor.depth, MAX_DEPTH)}

    @property
    def actor(self) -> Actor:
        """Who notes what became of it."""
        return Actor(SYSTEM.ref, because=self.because, depth=self.depth)
