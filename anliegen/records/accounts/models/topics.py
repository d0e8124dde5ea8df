"""What concerns are about: the operator's own tree of topics."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models.operator import Team

URGENCIES = [(1, _("low")), (2, _("normal")), (3, _("high")), (4, _("urgent"))]
# In use at once. Each is a line of every list to choose from, and the time of learning grows with the square of their
# number: minutes for five hundred, half a day for five thousand, whose model would fill the memory besides.
MOST_TOPICS = 500
DEEPEST = 4  # a tree deeper than this nobody finds their way in


class TopicQuerySet(models.QuerySet["Topic"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def are_full(self) -> bool:
        """Whether one more in use would be too many."""
        return self.active().count() >= MOST_TOPICS


class Topic(models.Model):
    """A kind of concern. Tickets keep its `code`, so that a topic may be renamed without touching them.

    What the description and the examples say is what automation begins to learn from, before anybody has sorted
    anything. `team` is whose such concerns are, `responsible` answers for decisions about them.
    """

    code = models.CharField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    description = models.TextField(_("what belongs here"), blank=True)
    examples = ArrayField(models.TextField(), default=list, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="topics")
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="topics"
    )
    urgency = models.PositiveSmallIntegerField(_("usual urgency"), choices=URGENCIES, null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="accounts_topic_not_under_itself", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))
            ),
            models.CheckConstraint(
                name="accounts_topic_urgency", condition=Q(urgency__isnull=True) | Q(urgency__gte=1, urgency__lte=4)
            ),
            # Giving a concern to a team is a decision, and a decision needs somebody who answers for it.
            models.CheckConstraint(
                name="accounts_topic_team_has_responsible",
                condition=Q(team__isnull=True) | Q(responsible__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        return (self.name_en if language.startswith("en") else "") or self.name
