"""What guards the way in: limits and trusted servers, counts of the last minutes, tripped brakes, rules that reject."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Agent, Mailbox

RULE_KINDS = [
    ("address", _("the sender's address")),
    ("domain", _("the sender's domain")),
    ("subject", _("words in the subject")),
]
BRAKE_KINDS = [
    ("address", _("many mails of one address")),
    ("ticket", _("many mails to one concern")),
    ("mails", _("many mails in all")),
    ("person", _("many acknowledgements to one person")),
    ("answers", _("many acknowledgements in all")),
]
MOST_MAILS = 30_000  # fifty a second: more than any office gets, less than fills a disk in a night
ON = Q(released_at__isnull=True)


class Guard(models.Model):
    """The operator's limits, and whose findings about senders count: one row, the defaults before it is there."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    most_per_address = models.PositiveSmallIntegerField(default=60)  # mails in ten minutes
    most_per_ticket = models.PositiveSmallIntegerField(default=60)  # mails in ten minutes
    most_mails = models.PositiveIntegerField(default=MOST_MAILS, db_default=MOST_MAILS)  # in all, in ten minutes
    most_answers = models.PositiveSmallIntegerField(default=600)  # acknowledgements in ten minutes
    # The authserv-ids (RFC 8601) of the operator's own mail servers: only what these write about a sender counts.
    trusted_servers = ArrayField(models.CharField(max_length=253), default=list, blank=True)

    class Meta:
        verbose_name = _("protection of the mail")
        constraints: ClassVar = [
            models.CheckConstraint(name="channels_guard_is_one", condition=Q(id=1)),
            models.CheckConstraint(
                name="channels_guard_lets_some_in",
                condition=Q(most_per_address__gte=5, most_per_ticket__gte=5, most_mails__gte=5, most_answers__gte=5),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class Pace(models.Model):
    """How many came, by whom or for what, in one window of ten minutes. Gone an hour later."""

    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=330)  # the folded address, the ticket's number, or empty for all together
    window_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("pace")
        indexes: ClassVar = [models.Index(fields=["window_at"], name="channels_pace_window")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key", "window_at"], name="channels_pace_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.window_at:%H:%M}: {self.count}"


class BrakeQuerySet(models.QuerySet["Brake"]):
    def undecided(self) -> Self:
        return self.filter(ON, kept_at__isnull=True)


class Brake(models.Model):
    """Too much came at once: since when, how much was held back, and what a person decided about it."""

    kind = models.CharField(max_length=10, choices=BRAKE_KINDS)
    key = models.CharField(max_length=330, blank=True)
    most = models.PositiveIntegerField()  # the limit in ten minutes that was passed
    held = models.PositiveIntegerField()  # how many mails were set aside, or acknowledgements not written
    tripped_at = models.DateTimeField()
    last_at = models.DateTimeField()  # when something was held back last
    kept_at = models.DateTimeField(null=True)
    kept_by = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    trusted_until = models.DateTimeField(null=True)  # after the release nothing is held back till then

    objects = BrakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("brake")
        indexes: ClassVar = [models.Index(fields=["kind", "key", "trusted_until"], name="channels_brake_trusted")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], condition=ON, name="channels_brake_on_once"),
            models.CheckConstraint(
                name="channels_brake_known_kind", condition=Q(kind__in=[code for code, _name in BRAKE_KINDS])
            ),
            models.CheckConstraint(
                name="channels_brake_kept_says_who",
                condition=Q(kept_at__isnull=True, kept_by__isnull=True)
                | Q(kept_at__isnull=False, kept_by__isnull=False),
            ),
            models.CheckConstraint(
                name="channels_brake_released_says_who",
                condition=Q(released_at__isnull=True, released_by__isnull=True, trusted_until__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False, trusted_until__gte=F("released_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"brake {self.pk}: {self.kind}"

    @property
    def is_on(self) -> bool:
        return self.released_at is None


class RejectionRuleQuerySet(models.QuerySet["RejectionRule"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class RejectionRule(models.Model):
    """Mails that a person does not want to see as concerns, and why. Switched off, never deleted: mails name it."""

    kind = models.CharField(_("what is compared"), max_length=10, choices=RULE_KINDS)
    pattern = models.CharField(_("with what"), max_length=320)
    reason = models.CharField(_("why"), max_length=300)
    # Null: all of them, and what comes to none.
    mailbox = models.ForeignKey(
        Mailbox, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mailbox")
    )
    # Otherwise it never applies to somebody whose concern is open.
    includes_customers = models.BooleanField(_("also customers with an open concern"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = RejectionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rejection rule")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "pattern", "mailbox"], name="channels_rejectionrule_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="channels_rejectionrule_says_what_and_why", condition=~Q(pattern="") & ~Q(reason="")
            ),
            models.CheckConstraint(
                name="channels_rejectionrule_known_kind", condition=Q(kind__in=[code for code, _name in RULE_KINDS])
            ),
        ]

    def __str__(self) -> str:
        return self.pattern
