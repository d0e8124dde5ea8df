"""What is aimed at and what the law demands: targets, the timers they make, kinds of deadlines, and deadlines."""

from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Team
from anliegen.records.tickets.models.ticket import PRIORITIES, Ticket

TIMER_KINDS = [("first", _("First answer")), ("next", _("Next answer")), ("resolution", _("Resolution"))]
DEADLINE, PLACE = "deadline", "place"
DUE_FOR = [*TIMER_KINDS, (DEADLINE, _("Deadline")), (PLACE, _("A look, since it fits no category"))]
OUTCOMES = [("met", _("kept")), ("missed", _("missed")), ("dropped", _("ended without it"))]
UNITS = [
    ("days", _("days")),
    ("weeks", _("weeks")),
    ("months", _("months")),
    ("years", _("years")),
    ("working_days", _("working days (Monday to Friday)")),
    ("werktage", _("working days (Monday to Saturday)")),
]
SECTORS = [
    ("", _("for all")),
    ("energy", _("energy")),
    ("insurance", _("insurance")),
    ("payment", _("banks and payment")),
    ("trade", _("trade and contracts with consumers")),
    ("public", _("public bodies")),
]
LAWS = [("bgb", _("BGB §§ 187, 188, 193")), ("eu", _("Regulation (EEC, Euratom) 1182/71"))]


class TargetQuerySet(models.QuerySet["Target"]):
    def in_force(self) -> Self:
        """What counts for whatever begins now."""
        return self.filter(valid_to=None)


class Target(models.Model):
    """How long an answer or a resolution may take, in business time, for whom it names. Changed by a new row.

    See `tickets/timing/targets.py` for which one counts. Times are minutes; null says nothing about that kind.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=PRIORITIES, null=True, blank=True)
    first_minutes = models.PositiveIntegerField(_("first answer"), null=True, blank=True)
    next_minutes = models.PositiveIntegerField(_("next answer"), null=True, blank=True)
    resolution_minutes = models.PositiveIntegerField(_("resolution"), null=True, blank=True)
    pauses_for_others = models.BooleanField(_("pauses while it waits for others"), default=False)
    valid_from = models.DateTimeField(_("valid from"))
    reaches_back = models.BooleanField(default=False)  # also for what ran already at `valid_from`
    valid_to = models.DateTimeField(_("valid until"), null=True)
    cuts_off = models.BooleanField(default=False)  # no longer for what still ran at `valid_to`

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target time")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="tickets_target_one_in_force",
                fields=["team", "topic", "priority"],
                condition=Q(valid_to=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="tickets_target_says_something",
                condition=Q(first_minutes__gte=1) | Q(next_minutes__gte=1) | Q(resolution_minutes__gte=1),
            ),
            models.CheckConstraint(
                name="tickets_target_order_of_time",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        named = []
        if self.priority is not None:
            named.append(gettext("priority %(name)s") % {"name": self.get_priority_display()})
        if self.topic:
            named.append(gettext("topic %(name)s") % {"name": self.topic})
        if self.team is not None:
            named.append(gettext("team %(name)s") % {"name": self.team})
        return ", ".join(named) or gettext("for all concerns")

    def minutes(self, kind: str) -> int | None:
        found: int | None = getattr(self, f"{kind}_minutes")
        return found


class Timer(models.Model):
    """A target at work on a ticket, as `timing.reckon` computed it last. Names team and topic, never a person."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="timers", db_index=False)
    kind = models.CharField(max_length=10, choices=TIMER_KINDS)
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    topic = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # null while it pauses
    soon_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=OUTCOMES, blank=True)  # empty while it is open
    used = models.DurationField(default=timedelta)  # business time until it ended
    soon_told_at = models.DateTimeField(null=True)
    missed_told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("timer")
        indexes: ClassVar = [
            models.Index(fields=["soon_at"], name="tickets_timer_soon", condition=Q(ended_at=None, soon_told_at=None)),
            models.Index(fields=["due_at"], name="tickets_timer_due", condition=Q(ended_at=None, missed_told_at=None)),
            models.Index(fields=["ended_at"], name="tickets_timer_ended", condition=Q(ended_at__isnull=False)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "kind", "started_at"], name="tickets_timer_once"),
            models.CheckConstraint(
                name="tickets_timer_ended_says_how",
                condition=Q(ended_at__isnull=True, outcome="") | Q(ended_at__isnull=False) & ~Q(outcome=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.ticket_id}"


class DeadlineKind(models.Model):
    """A deadline that the law or a contract sets, as data: what changes gets a new row with its own `valid_from`."""

    code = models.SlugField(_("short name"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    law = models.CharField(_("where it is written"), max_length=200)
    sector = models.CharField(_("sector"), max_length=20, choices=SECTORS, blank=True)
    begins = models.CharField(_("what it begins with"), max_length=200, blank=True)
    begins_en = models.CharField(_("what it begins with, in English"), max_length=200, blank=True)
    amount = models.PositiveSmallIntegerField(_("length"))
    unit = models.CharField(_("counted in"), max_length=12, choices=UNITS)
    rule = models.CharField(_("counted by"), max_length=3, choices=LAWS, default="bgb")
    moves = models.BooleanField(_("moves on from a day on which nobody works"), default=True)
    counts_first_day = models.BooleanField(_("the first day is counted"), default=False)
    remind_days = models.PositiveSmallIntegerField(_("working days before, to be reminded"), default=3)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)
    is_shipped = models.BooleanField(default=False)  # came with the program

    class Meta:
        verbose_name = _("deadline")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="tickets_deadlinekind_once"),
            models.CheckConstraint(name="tickets_deadlinekind_positive", condition=Q(amount__gte=1)),
            models.CheckConstraint(
                name="tickets_deadlinekind_order_of_time",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str | None) -> str:
        return (self.name_en if language == "en" else "") or self.name

    def begins_in(self, language: str | None) -> str:
        return (self.begins_en if language == "en" else "") or self.begins


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)


class Deadline(models.Model):
    """A legal deadline that a person set on a ticket. It never pauses, and only a person settles it, with a reason."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="deadlines", db_index=False)
    kind = models.ForeignKey(DeadlineKind, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_on = models.DateField()
    why = models.CharField(max_length=300)
    state = models.CharField(max_length=2, blank=True)  # whose holidays counted
    catholic = models.BooleanField(default=False)
    timezone = models.CharField(max_length=40, default="Europe/Berlin")
    last_on = models.DateField()
    due_at = models.DateTimeField()
    soon_at = models.DateTimeField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    settled_as = models.CharField(
        max_length=10, blank=True, choices=[("fulfilled", _("fulfilled")), ("withdrawn", _("withdrawn"))]
    )
    settled_why = models.CharField(max_length=300, blank=True)
    soon_told_at = models.DateTimeField(null=True)
    missed_told_at = models.DateTimeField(null=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        indexes: ClassVar = [
            models.Index(fields=["ticket"], name="tickets_deadline_ticket"),
            models.Index(
                fields=["soon_at"], name="tickets_deadline_soon", condition=Q(settled_at=None, soon_told_at=None)
            ),
            models.Index(
                fields=["due_at"], name="tickets_deadline_due", condition=Q(settled_at=None, missed_told_at=None)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tickets_deadline_settled_whole",
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, settled_as="", settled_why="")
                | Q(settled_at__isnull=False) & ~Q(settled_as="") & ~Q(settled_why=""),
            ),
            models.CheckConstraint(name="tickets_deadline_says_why", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return f"deadline {self.pk}"
