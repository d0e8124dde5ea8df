"""Something given without having to: decided at once inside the leeway, or asked for and decided by somebody else."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anliegen.records.accounts.models import ConcessionKind, Role
from anliegen.records.tickets.models.ticket import Ticket

CONCESSION_STATES = [
    ("waiting", _("waits for approval")),
    ("granted", pgettext_lazy("concession", "granted")),
    ("declined", pgettext_lazy("concession", "declined")),
    ("withdrawn", pgettext_lazy("concession", "withdrawn")),
]
is_waiting = Q(state="waiting")


class ConcessionQuerySet(models.QuerySet["Concession"]):
    def granted(self) -> Self:
        return self.filter(state="granted")

    def waiting(self) -> Self:
        return self.filter(is_waiting)

    def to_pass_on(self, at: datetime) -> Self:
        """What nobody has decided by then, and what waits for somebody who has left."""
        return self.waiting().filter(Q(due_at__lte=at) | Q(approver__is_active=False))


class Concession(models.Model):
    """A sum for a customer, why, and who decided. The customer is the ticket's: who are merged are one customer.

    `is_at_once`: inside the asker's leeway, so that nobody else decided. Else another person did: four eyes.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="concessions", db_index=False)
    kind = models.ForeignKey(ConcessionKind, on_delete=models.PROTECT, related_name="+", db_index=False)
    cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=CONCESSION_STATES)
    is_at_once = models.BooleanField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_as = models.ForeignKey(Role, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    # Who is to decide, and until when; after that the next one is asked.
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)  # why it was declined, or what to keep in mind
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True)

    objects = ConcessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("concession")
        indexes: ClassVar = [
            models.Index(fields=["ticket", "id"], name="tickets_concession_ticket"),
            models.Index(fields=["asked_by", "decided_at"], name="tickets_concession_agent"),
            models.Index(fields=["decided_at"], name="tickets_concession_decided"),
            models.Index(fields=["due_at"], name="tickets_concession_due", condition=is_waiting),
            models.Index(fields=["approver"], name="tickets_concession_approver", condition=is_waiting),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="tickets_concession_is_something", condition=Q(cents__gt=0) & ~Q(reason="")),
            models.CheckConstraint(
                name="tickets_concession_state_fits",
                condition=Q(state="waiting", decided_at__isnull=True, withdrawn_at__isnull=True, due_at__isnull=False)
                | Q(state__in=["granted", "declined"], decided_at__isnull=False, withdrawn_at__isnull=True)
                | Q(state="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
            models.CheckConstraint(
                name="tickets_concession_decided_says_who",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="tickets_concession_four_eyes",
                condition=Q(decided_by__isnull=True)
                | Q(is_at_once=True, decided_by=F("asked_by"))
                | Q(is_at_once=False) & ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="tickets_concession_declined_says_why", condition=~Q(state="declined") | ~Q(answer="")
            ),
        ]

    def __str__(self) -> str:
        return f"concession {self.pk}"
