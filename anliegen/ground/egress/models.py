"""The register of destinations, and the ledger of every call that wanted out."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

DEFAULT_TIMEOUT_S = 20
DEFAULT_MAX_BYTES = 10_000_000
DEFAULT_MAX_BYTES_MAIL = 1_000_000_000


class Scheme(models.TextChoices):
    HTTP = "http", "HTTP"
    HTTPS = "https", "HTTPS"
    SMTP = "smtp", "SMTP"
    SMTPS = "smtps", "SMTPS"
    IMAP = "imap", "IMAP"
    IMAPS = "imaps", "IMAPS"
    POP3 = "pop3", "POP3"
    POP3S = "pop3s", "POP3S"


class DestinationSet(models.QuerySet["Destination"]):
    def active(self) -> DestinationSet:
        return self.filter(withdrawn_at__isnull=True)


class Destination(models.Model):
    """A place outside that we may talk to, for one purpose. Withdrawn, never deleted: the ledger names its rows."""

    name = models.CharField(_("name"), max_length=120)
    scheme = models.CharField(_("protocol"), max_length=8, choices=Scheme.choices)
    host = models.CharField(_("host"), max_length=253)
    port = models.PositiveIntegerField(_("port"), validators=[MinValueValidator(1), MaxValueValidator(65535)])
    purpose = models.CharField(_("purpose"), max_length=64)
    responsible = models.CharField(_("responsible"), max_length=120)
    allow_private = models.BooleanField(_("may lie in the own network"), default=False)
    timeout_s = models.PositiveIntegerField(_("time limit in seconds"), default=DEFAULT_TIMEOUT_S)
    max_bytes = models.PositiveBigIntegerField(_("largest answer in bytes"), default=DEFAULT_MAX_BYTES)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=80, blank=True, default="")

    objects = DestinationSet.as_manager()

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scheme", "host", "port", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="egress_destination_once",
            ),
            models.CheckConstraint(
                condition=Q(port__gte=1, port__lte=65535, timeout_s__gte=1, max_bytes__gte=1),
                name="egress_destination_limits",
            ),
            models.CheckConstraint(condition=Q(scheme__in=Scheme.values), name="egress_destination_scheme"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
                name="egress_destination_withdrawn_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port} ({self.purpose})"

    @property
    def is_active(self) -> bool:
        return self.withdrawn_at is None


class Result(models.TextChoices):
    OPEN = "open", _("under way, or broken off with the program")
    OK = "ok", _("done")
    REFUSED = "refused", _("refused")
    TIMEOUT = "timeout", _("took too long")
    TOO_LARGE = "too_large", _("answer too large")
    ERROR = "error", _("failed")


class EgressCall(models.Model):
    """One call: where to, what for, how much, how it ended. No paths, no bodies, no personal data."""

    destination = models.ForeignKey(Destination, null=True, on_delete=models.PROTECT, related_name="calls")
    scheme = models.CharField(max_length=8)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    purpose = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(null=True)
    bytes_out = models.PositiveBigIntegerField(default=0)
    bytes_in = models.PositiveBigIntegerField(default=0)
    result = models.CharField(max_length=12, choices=Result.choices, default=Result.OPEN)
    status = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("outgoing call")
        verbose_name_plural = _("outgoing calls")
        indexes: ClassVar = [models.Index(fields=["started_at", "id"], name="egress_call_started")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(result__in=Result.values), name="egress_call_result"),
            models.CheckConstraint(
                condition=Q(result="open", duration_ms__isnull=True)
                | (~Q(result="open") & Q(duration_ms__isnull=False)),
                name="egress_call_ended_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port} {self.result}"
