"""Rules that people write in the browser, every version of each, and each time one has decided something."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.flow.automation.rules.definition import Definition
from anliegen.flow.automation.rules.vocabulary import INTERVENTIONS, STAGES
from anliegen.records.tickets.models import Ticket

PER_HOUR = 200


class RuleQuerySet(models.QuerySet["Rule"]):
    def running(self) -> Self:
        """Those that are set to run or to be tried in shadow mode, whatever may hold them up."""
        return self.exclude(stage="off")


class Rule(models.Model):
    """What it does, who answers for it, and how far it is in force."""

    name = models.CharField(_("name"), max_length=80)
    purpose = models.CharField(_("purpose"), max_length=400, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("responsible"),
    )
    review_on = models.DateField(_("to be looked at again by"), null=True, blank=True)
    intervention = models.CharField(
        _("who may intervene, and when"), max_length=10, choices=INTERVENTIONS, default="before"
    )
    undo_minutes = models.PositiveSmallIntegerField(_("minutes to stop it"), default=10)
    per_hour = models.PositiveSmallIntegerField(_("at most so many concerns in an hour"), default=PER_HOUR)
    definition = models.JSONField(default=dict)  # see `definition.Definition`
    trigger = models.CharField(max_length=20)  # of the definition, so that an event finds its rules
    version = models.PositiveIntegerField(default=1)  # the number of the newest of its versions, which this row is
    stage = models.CharField(_("in force"), max_length=10, choices=STAGES, default="off")
    share = models.PositiveSmallIntegerField(_("share of the concerns"), default=100)  # in per cent
    turned_at = models.DateTimeField(null=True)  # when it began to act; of one by the clock its newest turn
    created_at = models.DateTimeField()
    looked_at = models.PositiveBigIntegerField(default=0)  # how often it looked at a ticket

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        indexes: ClassVar = [
            models.Index(fields=["trigger", "id"], name="rules_rule_running", condition=~Q(stage="off"))
        ]
        constraints: ClassVar = [
            # Nothing runs for which nobody answers, of which nobody knows what for, and which nobody looks at again.
            models.CheckConstraint(
                name="rules_rule_runs_for_somebody",
                condition=Q(stage="off") | Q(owner__isnull=False, review_on__isnull=False) & ~Q(purpose=""),
            ),
            models.CheckConstraint(name="rules_rule_share", condition=Q(share__gte=1, share__lte=100)),
            models.CheckConstraint(name="rules_rule_stage", condition=Q(stage__in=[code for code, _word in STAGES])),
            models.CheckConstraint(
                name="rules_rule_intervention", condition=Q(intervention__in=[code for code, _word in INTERVENTIONS])
            ),
            models.CheckConstraint(
                name="rules_rule_limits", condition=Q(per_hour__gte=1, undo_minutes__gte=1, undo_minutes__lte=1440)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        return f"rule:{self.pk}"

    @property
    def does(self) -> Definition:
        return Definition.from_json(self.definition)


class RuleVersion(models.Model):
    """The rule as somebody left it. Never changed."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    content = models.JSONField()  # see `definition.Written`
    changed = ArrayField(models.CharField(max_length=20), default=list, blank=True)  # the fields that differ
    back_to = models.PositiveIntegerField(null=True)  # the earlier version that was brought back
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("version of a rule")
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "number"], name="rules_version_once")]

    def __str__(self) -> str:
        return f"version {self.number} of rule {self.rule_id}"

    @property
    def does(self) -> Definition:
        return Definition.from_json(self.content["definition"])


class RuleRun(models.Model):
    """One time a rule fitted a ticket: what it decided, or would have. Once for each occasion."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs", db_index=False)
    version = models.PositiveIntegerField()
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    occasion = models.CharField(max_length=40)  # event:812, or turn:2026-11-28T08:00
    at = models.DateTimeField()
    is_shadow = models.BooleanField()
    effects = models.JSONField(default=list)  # [{"do", "was", "now"}], without texts
    error = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("decision of a rule")
        indexes: ClassVar = [models.Index(fields=["rule", "-at", "-id"], name="rules_run_rule")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "rule", "occasion"], name="rules_run_once"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of rule {self.rule_id}"
