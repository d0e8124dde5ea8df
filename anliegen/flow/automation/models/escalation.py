"""Where the operator wants escalation to begin."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# The lower level of a pair may not begin later than the higher one.
PAIRS = (
    ("broken_lead", "broken_management"),
    ("value_specialist", "value_lead"),
    ("repeats_specialist", "repeats_lead"),
    ("reopened_specialist", "reopened_lead"),
)
# What may be left empty, which switches this one trigger off; each is at least 1.
LIMITS = ("waits_lead", "late_by_specialist", *(name for pair in PAIRS for name in pair))


def _limit(**more: object) -> "models.PositiveIntegerField[int | None, int | None]":
    return models.PositiveIntegerField(null=True, blank=True, **more)  # type: ignore[arg-type]


class Escalation(models.Model):
    """The one row of the operator's thresholds; without it those of the program hold (`thresholds.present`).

    Hours, cents, days and counts. Empty switches a trigger off. What stops automatic answering stands nowhere here.
    """

    waits_lead = _limit()  # hours without an answer
    late_by_specialist = _limit()  # hours past the target of an answer
    broken_lead = _limit()  # broken promises
    broken_management = _limit()
    value_specialist = _limit()  # cents
    value_lead = _limit()
    repeat_within = models.PositiveIntegerField()  # days
    repeats_specialist = _limit()
    repeats_lead = _limit()
    reopened_specialist = _limit()
    reopened_lead = _limit()
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("escalation thresholds")
        constraints: ClassVar = [
            models.CheckConstraint(name="automation_escalation_is_one", condition=Q(pk=1)),
            *(
                models.CheckConstraint(
                    name=f"automation_escalation_{lower}",
                    condition=Q(**{f"{lower}__isnull": True})
                    | Q(**{f"{higher}__isnull": True})
                    | Q(**{f"{lower}__lte": F(higher)}),
                )
                for lower, higher in PAIRS
            ),
            *(
                models.CheckConstraint(
                    name=f"automation_escalation_{name}_least",
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 1}),
                )
                for name in (*LIMITS, "repeat_within")
            ),
        ]

    def __str__(self) -> str:
        return "escalation thresholds"
