"""One answer to, or the end of, all that hangs on a problem: shown before, done one by one, taken back as one."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.tickets.models import Message, Ticket

KINDS = [("answer", _("answer")), ("close", _("resolve"))]
STATES = [
    ("looking", _("is being looked at")),
    ("shown", _("shown")),
    ("asked", _("under way")),
    ("done", _("done")),
    ("undoing", _("is being taken back")),
    ("undone", _("taken back")),
]
ON_ITS_WAY = ("asked", "undoing")
LONGEST_UNDO = timedelta(minutes=2)  # longer than anybody may undo
LINE_STATES = [
    ("new", _("not looked at")),
    ("waiting", _("takes part")),
    ("left", _("left out")),
    ("done", _("done")),
    ("undone", _("taken back")),
    ("kept", _("could not be taken back")),
]


class RoundQuerySet(models.QuerySet["Round"]):
    def asked_for(self) -> Self:
        """Without those that are only a preview."""
        return self.exclude(state__in=("looking", "shown"))


class Round(models.Model):
    """What is to happen to each ticket of a problem. Until it is asked for it is a preview and does nothing."""

    problem = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=6, choices=KINDS)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField(blank=True)  # with its places, as it was written
    status = models.CharField(max_length=20)  # what each ticket becomes
    state = models.CharField(max_length=10, choices=STATES, default="looking")
    made_at = models.DateTimeField()
    begins_at = models.DateTimeField(null=True)  # asked for, and not before: until then nothing has to be called back
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to many")
        indexes: ClassVar = [models.Index(fields=["problem", "-id"], name="problems_round_problem")]
        constraints: ClassVar = [
            # From two devices, it is asked for once.
            models.UniqueConstraint(
                fields=["problem"], name="problems_round_one_under_way", condition=Q(state__in=ON_ITS_WAY)
            ),
            models.CheckConstraint(
                name="problems_round_answer_says_something", condition=Q(kind="close", text="") | ~Q(text="")
            ),
        ]

    def __str__(self) -> str:
        return f"round {self.pk} of {self.problem_id}"

    def begins_by(self, at: datetime) -> bool:
        """Whether it may begin. A time further off than anybody can undo was set by a clock that was ahead."""
        return self.begins_at is not None and not at < self.begins_at <= at + LONGEST_UNDO


class LineQuerySet(models.QuerySet["Line"]):
    def taking_part(self) -> Self:
        return self.filter(state__in=("waiting", "done"))

    def left_out(self) -> Self:
        return self.filter(state="left")


class Line(models.Model):
    """One ticket in a round: whether it takes part, why not, what became of it. It names no person and no address."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="lines", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=LINE_STATES, default="new")
    why = models.CharField(max_length=20, blank=True)  # it is left out, or could not be taken back
    # The newest event of the ticket when the round began. None ever, for rounds that an earlier version had begun: then
    # whoever was answered at all is left out.
    seen = models.BigIntegerField(default=0, db_default=0)
    # What was seen when it was shown: the customer's newest words, and a mark of the addresses it would go to.
    heard = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    mark = models.CharField(max_length=16, blank=True)
    was = models.CharField(max_length=20, blank=True)  # the status before
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("concern in an answer to many")
        indexes: ClassVar = [models.Index(fields=["round", "state", "id"], name="problems_line_state")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "ticket"], name="problems_line_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} in round {self.round_id}"
