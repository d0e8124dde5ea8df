"""Decisions of rules and models: what, why, how sure, who answers for it, and what a person said of it."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Team
from anliegen.records.tickets.models import Message, Ticket

QUESTIONS = [
    ("team", _("Which team?")),
    ("topic", _("Which topic?")),
    ("priority", _("How urgent?")),
    ("language", _("Which language?")),
    ("signal", _("What speaks out of it?")),
    ("level", _("Which escalation level?")),
    ("by-hand", _("Should automation stay away?")),
    ("assignee", _("Who sees to it?")),
    ("tags", _("Which tags?")),
    ("note", _("Which note?")),
    ("snooze", _("Until when put aside?")),
    ("draft", _("Which draft of an answer?")),
    ("answer", _("Which answer?")),
    ("status", _("Which status?")),
    ("refund", _("A refund?")),
    ("refusal", _("A refusal?")),
    ("cancellation", _("End a contract?")),
    ("deletion", _("Delete something?")),
    ("declaration", _("A legal declaration?")),
]
BY_FORM = ("draft", "refund")  # what a person does with a form of its own, once they have said yes to it
SETTLED_AS = [
    ("confirmed", _("confirmed")),
    ("corrected", _("corrected")),
    ("rejected", _("rejected")),
    ("undone", _("taken back")),
    ("stopped", _("stopped")),
    ("withdrawn", _("withdrawn")),  # it became moot, and nobody said anything of it
    ("unwanted", _("withdrawn, as people alone see to this")),  # somebody wished so, and nobody said anything of it
]


class DecisionQuerySet(models.QuerySet["Decision"]):
    def waiting(self) -> Self:
        """What was proposed, has no effect yet, and no person has said anything of."""
        return self.filter(applied_at=None, settled_at=None, is_shadow=False).exclude(choice="")

    def real(self) -> Self:
        """Without what was only decided to see what would be."""
        return self.filter(is_shadow=False)


class Decision(models.Model):
    """One automated decision on a ticket, with its reasons. `choice` empty means: it fits none, a person decides.

    It is in force from `applied_at` on. What is delayed waits until `applies_at`, so that a person may stop it; what
    cannot be taken back waits for a person without end. What a person said of it is kept beside it, never over it.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="decisions", db_index=False)
    message = models.ForeignKey(  # on which it rests
        Message, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    question = models.CharField(max_length=20, choices=QUESTIONS)
    choice = models.CharField(max_length=80, blank=True)  # a reference or code: team:3, umzug, 3, agent:4, +tag
    text = models.TextField(blank=True, default="", db_default="")  # of a note or draft
    was = models.CharField(max_length=80, blank=True, default="", db_default="")  # the choice before it was applied
    confidence = models.FloatField()  # 0..1
    reason = models.CharField(max_length=60)  # a code that `reasons.py` puts into words
    evidence = models.JSONField(default=dict)  # ids, codes and words the reason rests on
    alternatives = models.JSONField(default=list)  # [{"choice", "confidence"}], the runner-up first
    author = models.CharField(max_length=80)  # rule:mailbox, model:triage@3
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_shadow = models.BooleanField(default=False, db_default=False)  # only to see what would be decided
    made_at = models.DateTimeField()
    applies_at = models.DateTimeField(null=True)  # of what is delayed: when, unless somebody stops it
    applied_at = models.DateTimeField(null=True)
    contested_at = models.DateTimeField(null=True)  # the customer asked for a person to check it
    settled_at = models.DateTimeField(null=True)  # when a person said something of it
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    settled_as = models.CharField(max_length=10, choices=SETTLED_AS, blank=True, default="", db_default="")
    settled_choice = models.CharField(max_length=80, blank=True, default="", db_default="")  # what they chose instead
    # They did not say so: it was read off what they did (`heard.py`).
    is_implied = models.BooleanField(default=False, db_default=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        indexes: ClassVar = [
            models.Index(fields=["ticket", "id"], name="automation_decision_ticket"),
            models.Index(
                fields=["applies_at", "id"],
                name="automation_decision_delayed",
                condition=Q(applies_at__isnull=False, applied_at__isnull=True, settled_at__isnull=True),
            ),
            models.Index(fields=["author", "-id"], name="automation_decision_author"),
            models.Index(
                fields=["-id"],
                name="automation_decision_log",
                condition=Q(question="topic", settled_at__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="automation_decision_waiting",
                condition=Q(applied_at__isnull=True, settled_at__isnull=True, is_shadow=False) & ~Q(choice=""),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="automation_decision_sure", condition=Q(confidence__gte=0, confidence__lte=1)),
            # Nothing is applied for which nobody answers.
            models.CheckConstraint(
                name="automation_applied_has_responsible",
                condition=Q(applied_at__isnull=True) | Q(responsible__isnull=False) & ~Q(choice=""),
            ),
            models.CheckConstraint(
                name="automation_shadow_has_no_effect", condition=Q(is_shadow=False) | Q(applied_at__isnull=True)
            ),
            models.CheckConstraint(
                name="automation_settled_says_as_what",
                condition=Q(settled_at__isnull=True, settled_as="") | Q(settled_at__isnull=False) & ~Q(settled_as=""),
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}: {self.question} -> {self.choice or 'none'}"

    @property
    def waits(self) -> bool:
        return self.applied_at is None and self.settled_at is None and bool(self.choice) and not self.is_shadow

    @property
    def is_by_form(self) -> bool:
        """Whether a person does it with a form of its own, so that yes alone does not do it."""
        return self.question in BY_FORM

    @property
    def is_pending(self) -> bool:
        """Whether a person has said yes to what they do themselves, with a form, and has not done it yet."""
        return self.is_by_form and self.settled_as == "confirmed" and self.applied_at is None

    @property
    def is_open(self) -> bool:
        """Whether somebody may still say something of it: nobody has, but by leaving it as it was."""
        return self.settled_at is None or (self.is_implied and self.settled_as == "confirmed")


class Pause(models.Model):
    """Something automatic that does nothing until somebody lets it go on. `scope` says what, see `pauses`."""

    scope = models.CharField(max_length=80)
    why = models.CharField(max_length=20)  # a code, see `pauses.WHY`
    note = models.CharField(max_length=200, blank=True, default="", db_default="")  # what a person said of it
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=80)  # an actor, as in an event
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("pause of the automation")
        constraints: ClassVar = [
            # The index of those that last, too: all that is ever asked for.
            models.UniqueConstraint(fields=["scope"], name="automation_pause_once", condition=Q(ended_at__isnull=True)),
            models.CheckConstraint(
                name="automation_pause_end_says_who",
                condition=Q(ended_at__isnull=True, ended_by="") | Q(ended_at__isnull=False) & ~Q(ended_by=""),
            ),
        ]

    def __str__(self) -> str:
        return f"pause {self.pk} of {self.scope}"


class Referral(models.Model):
    """Whom the operator wants asked when a signal is read (`signal:illness`) or a level is reached (`level:3`).

    Without one it is the lead of the ticket's team.
    """

    code = models.CharField(max_length=40, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("referral")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="automation_referral_to_one",
                condition=Q(team__isnull=True, agent__isnull=False) | Q(team__isnull=False, agent__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.code
