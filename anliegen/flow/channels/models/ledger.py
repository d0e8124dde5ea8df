"""The intake ledger: one line per inbound item, and what became of it."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.flow.channels.models.guard import Brake, RejectionRule
from anliegen.records.accounts.models import Mailbox
from anliegen.records.tickets.models import Message, Ticket

# Each inbound item ends in exactly one of these; `received` is the only one that waits for the machine,
# `quarantined` the only one that waits for a person.
RESULTS = [
    ("received", _("waiting to be read")),
    ("created", _("new concern")),
    ("appended", _("added to a concern")),
    ("duplicate", _("had come before")),
    ("automatic", _("automatic mail, kept")),
    ("bounce", _("delivery report, kept")),
    ("quarantined", _("set aside for a person")),
    ("rejected", _("rejected by a rule")),
]
WITH_MESSAGE = ("created", "appended")
FROM_FILE, FROM_PIPE = "file ", "file -"  # how the source begins of what `anliegen intake` was given


class IntakeQuerySet(models.QuerySet["Intake"]):
    def waiting(self) -> Self:
        return self.filter(result="received")


class Intake(models.Model):
    """One line of the ledger: one inbound mail, its bytes, where it came from, and what became of it."""

    received_at = models.DateTimeField()
    source = models.CharField(max_length=120)  # smtp, lmtp, imap:3, or the path that `anliegen intake` was given
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.JSONField(default=list)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    sha256 = models.CharField(max_length=64)  # of the raw bytes in the file store
    size = models.PositiveBigIntegerField()
    remote_key = models.CharField(max_length=200, blank=True)  # its name at the mailbox it was fetched from
    # What it is known by there when names change. With a default of the database, for receivers of the version before.
    remote_mark = models.CharField(max_length=64, blank=True, default="", db_default="")
    fingerprint = models.CharField(max_length=64, blank=True)
    result = models.CharField(max_length=12, choices=RESULTS, default="received")
    reason = models.CharField(max_length=80, blank=True)  # a code, explained by `reasons.py`
    detail = models.TextField(blank=True)  # the technical text behind the reason; no mail content
    version = models.CharField(max_length=40, blank=True, default="", db_default="")  # of the program that set it aside
    defects = models.JSONField(default=list)
    ticket = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    duplicate_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="copies")
    rule = models.ForeignKey(RejectionRule, on_delete=models.PROTECT, null=True, related_name="lines", db_index=False)
    brake = models.ForeignKey(Brake, on_delete=models.PROTECT, null=True, related_name="lines", db_index=False)
    let_in_at = models.DateTimeField(null=True)  # a person had it taken in: neither rule nor brake stops it again
    # Taken in from a file: one that is old by its own date is confirmed to nobody, unless a person wanted it.
    acknowledges_old = models.BooleanField(default=True, db_default=True)
    authenticity = models.CharField(max_length=80, blank=True, default="", db_default="")  # see email/authenticity.py
    attempts = models.PositiveSmallIntegerField(default=0)  # how often it was set aside
    deaths = models.PositiveSmallIntegerField(default=0, db_default=0)  # processes that died while they read it
    done_at = models.DateTimeField(null=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake")
        indexes: ClassVar = [
            models.Index(fields=["id"], name="channels_intake_waiting", condition=Q(result="received")),
            models.Index(fields=["result", "-id"], name="channels_intake_result"),
            models.Index(fields=["message"], name="channels_intake_message"),
            models.Index(fields=["rule"], name="channels_intake_rule", condition=Q(rule__isnull=False)),
            models.Index(fields=["brake"], name="channels_intake_brake", condition=Q(brake__isnull=False)),
            models.Index(fields=["source", "remote_mark"], name="channels_intake_mark", condition=~Q(remote_mark="")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="channels_intake_first_of_its_kind",
                fields=["fingerprint"],
                condition=~Q(fingerprint="") & ~Q(result="duplicate"),
            ),
            models.UniqueConstraint(
                name="channels_intake_fetched_once", fields=["source", "remote_key"], condition=~Q(remote_key="")
            ),
            models.CheckConstraint(
                name="channels_intake_known_result", condition=Q(result__in=[code for code, _n in RESULTS])
            ),
            models.CheckConstraint(
                name="channels_intake_done_says_when",
                condition=Q(result="received", done_at__isnull=True) | ~Q(result="received") & Q(done_at__isnull=False),
            ),
            models.CheckConstraint(
                name="channels_intake_says_why",
                condition=~Q(result__in=["quarantined", "rejected"]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"intake {self.pk}: {self.result}"

    @property
    def was_handed_in(self) -> bool:
        """Whether a person named the file it lay in. What a program pipes in comes as it is written, like any mail."""
        return self.source.startswith(FROM_FILE) and self.source != FROM_PIPE


class Reading(models.Model):
    """Lines that a process has begun to read. Gone when that returned, well or not; what is left tells a death."""

    id = models.PositiveIntegerField(primary_key=True)  # of the lock that the process holds meanwhile, see `begun.py`
    lines = ArrayField(models.BigIntegerField())
    begun_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading")

    def __str__(self) -> str:
        return f"reading of {len(self.lines)} lines"
