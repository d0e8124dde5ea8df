"""A "no" to a customer, with all that belongs to one."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Recourse
from anliegen.records.tickets.models.message import Message

SCOPES = [("whole", _("the whole request")), ("part", _("a part of it"))]


class Refusal(models.Model):
    """What was declined, and what the customer was told of it: the parts of the very letter that went out.

    Its ticket is its message's. It counts as long as that message was not taken back and reached somebody.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="refusal")
    scope = models.CharField(max_length=5, choices=SCOPES)
    request = models.CharField(_("what was asked for"), max_length=500)
    decision = models.TextField(_("decision"))
    reason = models.TextField(_("reason"))
    rule = models.TextField(_("rule"))
    alternatives = models.TextField(_("what is possible instead"))
    objection = models.TextField(_("how to object"))
    next_instance = models.TextField(_("who decides next"))
    object_until = models.DateField(null=True)  # the last day of the period; null: there is none
    recourse = models.ForeignKey(Recourse, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Who answers for it: the ticket's responsible person, or who decided.
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("refusal")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tickets_refusal_carries_all",
                condition=~Q(request="")
                & ~Q(decision="")
                & ~Q(reason="")
                & ~Q(rule="")
                & ~Q(alternatives="")
                & ~Q(objection="")
                & ~Q(next_instance=""),
            ),
            models.CheckConstraint(
                name="tickets_refusal_scope_known", condition=Q(scope__in=[code for code, _n in SCOPES])
            ),
        ]

    def __str__(self) -> str:
        return f"refusal {self.pk}"

    @property
    def counts(self) -> bool:
        """Whether it is in force: its letter has left, or is about to, and did not come back from everybody."""
        return self.message.state not in ("cancelled", "stopped", "failed", "bounced")
