"""What the operator promised a customer, until when, who sees to it, and what became of it."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Team
from anliegen.records.tickets.models.message import Message
from anliegen.records.tickets.models.ticket import Ticket

STATES = [
    ("open", _("open")),
    ("kept", _("kept")),
    ("late", _("kept late")),
    ("broken", _("broken")),
    ("withdrawn", _("withdrawn")),
]
# Why one was withdrawn. Only what a person decided the customer has ever heard of.
WITHDRAWN_BECAUSE = [
    ("decided", _("a person took it back")),
    ("taken_back", _("the answer was taken back")),
    ("stopped", _("the answer was stopped before it left")),
    ("unreached", _("the answer reached nobody")),
]
STAGES = [("", ""), ("due_soon", _("due soon")), ("at_risk", _("at risk")), ("broken", _("broken"))]
is_owed = Q(state="open") | Q(state="broken", settled_at__isnull=True)


class PromiseQuerySet(models.QuerySet["Promise"]):
    def owed(self) -> Self:
        """What is still to be done: open, or broken and neither made good nor given up."""
        return self.filter(is_owed)

    def with_names(self) -> Self:
        return self.select_related("agent", "team", "made_by", "settled_by", "message")


class Promise(models.Model):
    """A commitment to a customer with a time. Somebody or a team owns it as long as it is owed.

    The clock speaks of it before it is due (`stage` is what it said last, `clock_at` when it speaks next) and breaks it
    when nobody has kept it by then. What is done after that is `late`. Its sentence is what the customer reads.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="promises", db_index=False)
    # The ticket it was made in before that was joined with this one; see Message.
    came_to = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    message = models.ForeignKey(  # the answer that made it; null: made by hand, as on the telephone
        Message, on_delete=models.CASCADE, null=True, related_name="promises", db_index=False
    )
    words = models.CharField(_("what is promised"), max_length=500)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    first_due_at = models.DateTimeField()  # what was promised at first, however often it was moved since
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=STATES, default="open")
    reason = models.CharField(max_length=1000, blank=True)  # why it was moved, withdrawn or broken, for the customer
    withdrawn_because = models.CharField(max_length=12, choices=WITHDRAWN_BECAUSE, blank=True)
    settled_at = models.DateTimeField(null=True)  # kept, withdrawn, or given up
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    broken_at = models.DateTimeField(null=True)
    # The customer was told that it takes longer: when, by which answer, and what was promised before.
    told_at = models.DateTimeField(null=True)
    told_in = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="moves", db_index=False)
    due_before = models.DateTimeField(null=True)
    stage = models.CharField(max_length=10, choices=STAGES, blank=True)
    remind_at = models.DateTimeField()
    risk_at = models.DateTimeField()
    clock_at = models.DateTimeField(null=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        indexes: ClassVar = [
            models.Index(fields=["ticket", "due_at"], name="tickets_promise_ticket"),
            models.Index(fields=["clock_at"], name="tickets_promise_clock", condition=Q(clock_at__isnull=False)),
            models.Index(fields=["agent"], name="tickets_promise_agent", condition=Q(agent__isnull=False) & is_owed),
            models.Index(fields=["due_at"], name="tickets_promise_due"),
            models.Index(fields=["message"], name="tickets_promise_message", condition=Q(message__isnull=False)),
            models.Index(fields=["told_in"], name="tickets_promise_told_in", condition=Q(told_in__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tickets_promise_one_owner",
                condition=Q(agent__isnull=False, team__isnull=True) | Q(agent__isnull=True, team__isnull=False),
            ),
            models.CheckConstraint(name="tickets_promise_says_what", condition=~Q(words="")),
            models.CheckConstraint(
                name="tickets_promise_state_fits",
                condition=Q(state="open", settled_at__isnull=True, broken_at__isnull=True, withdrawn_because="")
                | Q(state="kept", settled_at__isnull=False, broken_at__isnull=True, withdrawn_because="")
                | Q(state="late", settled_at__isnull=False, withdrawn_because="")
                | Q(state="broken", broken_at__isnull=False, clock_at__isnull=True, withdrawn_because="")
                | Q(state="withdrawn", settled_at__isnull=False, clock_at__isnull=True) & ~Q(withdrawn_because=""),
            ),
            models.CheckConstraint(
                name="tickets_promise_clock_runs_while_open", condition=Q(state="open") | Q(clock_at__isnull=True)
            ),
            models.CheckConstraint(
                name="tickets_promise_marks_in_order",
                condition=Q(remind_at__lte=F("risk_at"), risk_at__lte=F("due_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"promise {self.pk}"

    @property
    def is_owed(self) -> bool:
        """Whether it is still to be done: open, or broken and neither made good nor given up."""
        return self.state == "open" or (self.state == "broken" and self.settled_at is None)

    @property
    def was_moved(self) -> bool:
        return self.due_at != self.first_due_at

    @property
    def owner(self) -> str:
        """The name of who sees to it."""
        return str(self.agent or self.team)

    @property
    def owner_ref(self) -> str:
        return f"agent:{self.agent_id}" if self.agent_id else f"team:{self.team_id}"

    def next_clock(self) -> datetime | None:
        """When the clock speaks of it next, after what it said last."""
        moments = {"": self.remind_at, "due_soon": self.risk_at, "at_risk": self.due_at}
        return moments.get(self.stage) if self.state == "open" else None
