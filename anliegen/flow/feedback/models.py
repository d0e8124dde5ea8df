"""Was the concern fulfilled? What the customer says ranks above what we think."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.tickets.models import Ticket

ANSWERS = [("fulfilled", _("fulfilled")), ("partly", _("partly fulfilled")), ("not_fulfilled", _("not fulfilled"))]


class Outcome(models.Model):
    """What the customer said after a resolution. One row per asking; a later answer replaces an earlier one."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="outcomes")
    asked_at = models.DateTimeField()
    resolved_at = models.DateTimeField()  # the resolution that is asked about
    answer = models.CharField(max_length=15, choices=ANSWERS, blank=True)
    words = models.TextField(blank=True)  # the customer's own
    stated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("outcome")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "resolved_at"], name="feedback_asked_once_a_resolution"),
            models.CheckConstraint(
                name="feedback_stated_whole",
                condition=Q(answer="", stated_at__isnull=True) | ~Q(answer="") & Q(stated_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"outcome of {self.ticket_id}: {self.answer or 'asked'}"
