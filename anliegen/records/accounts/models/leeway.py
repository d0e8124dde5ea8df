"""What an agent may decide about money alone: kinds of concessions, and the frames of each role."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models.agents import Role

PERIODS = [
    ("ticket", _("for each concern")),
    ("customer_month", _("for each customer and month")),
    ("agent_month", _("for each agent and month")),
]


class ConcessionKind(models.Model):
    """Something that the operator gives without having to: a credit, a refund, a waived fee, a replacement.

    The proposals are sentences for the answer; `{amount}` stands for what is given.
    """

    name = models.CharField(_("name"), max_length=80)
    proposal = models.TextField(_("proposal for the answer"), blank=True)
    proposal_en = models.TextField(_("proposal in English"), blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("kind of concession")
        constraints: ClassVar = [models.UniqueConstraint(fields=["name"], name="accounts_concession_kind_once")]

    def __str__(self) -> str:
        return self.name

    def proposal_in(self, language: str) -> str:
        return ((self.proposal_en if language.startswith("en") else "") or self.proposal).strip()


class Frame(models.Model):
    """How much a role may give without asking, in a period. Without a kind it counts all kinds together."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="frames", verbose_name=_("role"))
    kind = models.ForeignKey(
        ConcessionKind, on_delete=models.CASCADE, null=True, blank=True, related_name="frames", verbose_name=_("kind")
    )
    period = models.CharField(_("period"), max_length=20, choices=PERIODS)
    cents = models.PositiveIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR")

    class Meta:
        verbose_name = _("leeway")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["role", "kind", "period", "currency"], name="accounts_frame_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="accounts_frame_period", condition=Q(period__in=[code for code, _word in PERIODS])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cents} {self.currency} {self.period}"
