"""What people said concerns are about, the models learnt from it, and topics that are missing."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Topic
from anliegen.records.tickets.models import Message, Ticket

TOLD_BY = [
    ("set", _("an agent set the topic")),
    ("confirmed", _("an agent confirmed a proposal")),
    ("corrected", _("an agent corrected a decision")),
    ("checked", _("a person checked it because the customer asked for that")),
]
LEARNT_STATES = [
    ("waiting", _("waits for approval")),
    ("speaking", _("speaks")),
    ("retired", _("retired")),
    ("refused", _("refused")),
]


class Told(models.Model):
    """What a person said a concern is about: the example that a model learns from. The words stay with the message, so
    that erasing them erases what was to be learnt; `is_exception` keeps an odd one out of it."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="told")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(max_length=80, blank=True)  # empty: it fits no category
    by = models.CharField(max_length=10, choices=TOLD_BY)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_exception = models.BooleanField(default=False, db_default=False)
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("example")
        indexes: ClassVar = [models.Index(fields=["told_at", "id"], name="automation_told_at")]

    def __str__(self) -> str:
        return f"{self.ticket_id} is about {self.topic or 'nothing known'}"


class LearntQuerySet(models.QuerySet["Learnt"]):
    def speaking(self) -> Self:
        return self.filter(state="speaking")

    def waiting(self) -> Self:
        return self.filter(state="waiting")

    def reading(self) -> Self:
        """What reads messages: aloud, or silently until somebody lets it speak."""
        return self.filter(state__in=("speaking", "waiting"))


class Learnt(models.Model):
    """A model as it was learnt: from what, how well, for whom how well, and who let it speak.

    `sheet` says what it was learnt from (the dataset sheet), `groups` how well it does for each group, `figures` how it
    compares with the one that speaks. Without sheet and groups it can never speak. The file holds plain arrays.
    """

    version = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=LEARNT_STATES, default="waiting")
    encoder = models.CharField(max_length=20, default="none")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()  # bytes
    seconds = models.FloatField()  # of learning
    examples = models.PositiveIntegerField()
    topics = models.PositiveIntegerField()
    newest_told_at = models.DateTimeField(null=True)  # what was told later it does not know yet
    sheet = models.JSONField(default=dict)
    groups = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    learnt_at = models.DateTimeField()
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True)  # when somebody approved or refused it
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=300, blank=True, default="")  # why it was refused or retired

    objects = LearntQuerySet.as_manager()

    class Meta:
        verbose_name = _("model")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], name="automation_one_speaks", condition=Q(state="speaking")),
            # What nobody answers for, or of which nobody knows how it does for whom, does not speak.
            models.CheckConstraint(
                name="automation_speaks_with_sheet",
                condition=~Q(state="speaking")
                | Q(responsible__isnull=False, settled_by__isnull=False) & ~Q(sheet={}) & ~Q(groups={}),
            ),
        ]

    def __str__(self) -> str:
        return f"triage@{self.version}"

    @property
    def name(self) -> str:
        return f"triage@{self.version}"


class TopicProposal(models.Model):
    """Concerns that fit no category and are like each other: perhaps a topic is missing."""

    words = ArrayField(models.CharField(max_length=60), default=list)  # what they have in common
    tickets = ArrayField(models.BigIntegerField(), default=list)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    topic = models.ForeignKey(  # what became of it; none: it was dismissed
        Topic, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("proposal of a topic")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="automation_proposal_topic_is_settled",
                condition=Q(topic__isnull=True) | Q(settled_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return " ".join(self.words)
