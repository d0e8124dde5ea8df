"""What was seen when it was looked whether a group is served worse, and what became of each finding."""

from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

STATES = [("open", _("open")), ("taken_on", _("taken on")), ("settled", _("settled"))]


class Report(models.Model):
    """One look at the concerns of a period: figures of groups, never of a person. The newest ones are kept."""

    made_at = models.DateTimeField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    looked_at = models.PositiveIntegerField()  # concerns
    is_sample = models.BooleanField()  # the newest only: there were more
    comparisons = models.PositiveIntegerField()
    figures = models.JSONField(default=dict)  # see `figures.py`

    class Meta:
        verbose_name = _("fairness report")
        constraints: ClassVar = [
            models.CheckConstraint(name="insights_report_order_of_time", condition=Q(until__gt=F("since"))),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def span(self) -> timedelta:
        return self.until - self.since


class FindingQuerySet(models.QuerySet["Finding"]):
    def unsettled(self) -> Self:
        return self.exclude(state="settled")


class Finding(models.Model):
    """A group that is worse off in one respect. One row however often it is seen; somebody answers for it.

    `value` and `others` are hours, or shares of 1; `low` and `high` bound the difference in hours, or the ratio.
    """

    measure = models.CharField(max_length=20)
    dimension = models.CharField(max_length=20)
    group = models.CharField(max_length=40)
    sign = models.SmallIntegerField()  # +1: more than others, -1: less
    value = models.FloatField()
    others = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    n = models.PositiveIntegerField()
    n_others = models.PositiveIntegerField()
    chance = models.FloatField()
    state = models.CharField(max_length=10, choices=STATES, default="open")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # the newest report with it
    note = models.TextField(blank=True)  # what was found out and done
    check_on = models.DateField(null=True)  # from this day on a report that sees it again opens it again
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("fairness finding")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["measure", "dimension", "group", "sign"], name="insights_finding_once"),
            models.CheckConstraint(
                name="insights_finding_settled_whole",
                condition=Q(state__in=["open", "taken_on"], settled_at__isnull=True, settled_by__isnull=True)
                | Q(state="settled", settled_at__isnull=False, settled_by__isnull=False, check_on__isnull=False)
                & ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"finding {self.pk}: {self.measure} of {self.dimension} {self.group}"
