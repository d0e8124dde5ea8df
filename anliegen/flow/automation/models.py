"""Decisions of rules and models: what, why, how sure, and who answers for it. And what of the automation is paused."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.tickets.models import Ticket


class Decision(models.Model):
    """One automated decision on a ticket, with its reasons. `choice` empty means: it fits none, a person decides."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="decisions", db_index=False)
    question = models.CharField(max_length=20, choices=[("team", _("Which team?"))])
    choice = models.CharField(max_length=80, blank=True)  # a reference such as team:3
    confidence = models.FloatField()  # 0..1
    reason = models.CharField(max_length=60)  # a code that `reasons.py` puts into words
    evidence = models.JSONField(default=dict)  # ids and codes the reason rests on
    alternatives = models.JSONField(default=list)  # [{"choice", "confidence"}], the runner-up first
    author = models.CharField(max_length=80)  # rule:mailbox, model:triage@3
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    contested_at = models.DateTimeField(null=True)  # the customer asked for a person to check it

    class Meta:
        verbose_name = _("decision")
        indexes: ClassVar = [models.Index(fields=["ticket", "id"], name="automation_decision_ticket")]
        constraints: ClassVar = [
            models.CheckConstraint(name="automation_decision_sure", condition=Q(confidence__gte=0, confidence__lte=1)),
            # Nothing is applied for which nobody answers.
            models.CheckConstraint(
                name="automation_applied_has_responsible",
                condition=Q(applied_at__isnull=True) | Q(responsible__isnull=False) & ~Q(choice=""),
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}: {self.question} -> {self.choice or 'none'}"


class Pause(models.Model):
    """Something automatic that does nothing until somebody lets it go on. `scope` says what, see `pauses`."""

    scope = models.CharField(max_length=80)
    why = models.CharField(max_length=20)  # a code, see `pauses.WHY`
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=80)  # an actor, as in an event
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("pause of the automation")
        constraints: ClassVar = [
            # The index of those that last, too: all that is ever asked for.
            models.UniqueConstraint(fields=["scope"], name="automation_pause_once", condition=Q(ended_at__isnull=True)),
            models.CheckConstraint(
                name="automation_pause_end_says_who",
                condition=Q(ended_at__isnull=True, ended_by="") | Q(ended_at__isnull=False) & ~Q(ended_by=""),
            ),
        ]

    def __str__(self) -> str:
        return f"pause {self.pk} of {self.scope}"
