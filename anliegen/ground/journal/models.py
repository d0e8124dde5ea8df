"""The journal's tables: events, signed heads, and the cursors of its readers."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Something happened. Born without a position; the sealer gives it one, and a hash over it and its predecessor."""

    id = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField(null=True, unique=True, editable=False)
    at = models.DateTimeField()
    verb = models.CharField(max_length=64)
    subject = models.CharField(max_length=80)
    actor = models.CharField(max_length=80)
    because = models.BigIntegerField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    data = models.JSONField(default=dict)
    hash = models.BinaryField(max_length=32, null=True, editable=False)

    class Meta:
        verbose_name = _("event")
        indexes: ClassVar = [
            models.Index(fields=["subject", "id"], name="journal_event_subject"),
            # Whatever is looked up is read in the order of time: all of it, of an actor, of a verb, of both.
            models.Index(fields=["at", "id"], name="journal_event_at"),
            models.Index(fields=["actor", "at", "id"], name="journal_event_actor"),
            models.Index(fields=["verb", "at", "id"], name="journal_event_verb"),
            models.Index(fields=["actor", "verb", "at", "id"], name="journal_event_actor_verb"),
            models.Index(fields=["id"], name="journal_event_unsealed", condition=Q(position__isnull=True)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="journal_event_sealed_whole",
                condition=Q(position__isnull=True, hash__isnull=True) | Q(position__gte=1, hash__isnull=False),
            ),
            models.CheckConstraint(
                name="journal_event_cause_is_older",
                condition=Q(because__isnull=True) | Q(position__isnull=True) | Q(because__lt=F("position")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position or 'unsealed'} {self.verb} {self.subject}"


class Head(models.Model):
    """A signed statement: at this position the chain had this hash. The newest one guards against cutting off rows."""

    position = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    hash = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)
    kept = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("signed head")

    def __str__(self) -> str:
        return f"head {self.position}"


class SeenBreak(models.Model):
    """Somebody has looked into a marked break of the journal, and says why it came. The mark itself stays for ever."""

    mark = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="seen")
    by = models.CharField(max_length=80)  # an actor, as in an event
    at = models.DateTimeField()
    why = models.TextField()

    class Meta:
        verbose_name = _("break that was looked into")
        constraints: ClassVar = [models.CheckConstraint(name="journal_seenbreak_why", condition=~Q(why=""))]

    def __str__(self) -> str:
        return f"break {self.mark_id} seen"


class Cursor(models.Model):
    """How far a named reader has read, and, if it stopped, where and why."""

    name = models.CharField(max_length=64, primary_key=True)
    verbs = ArrayField(models.CharField(max_length=64), default=list)  # what it wants; empty: everything
    position = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failed_position = models.BigIntegerField(null=True)
    error = models.TextField(blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reader")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="journal_cursor_failure_whole",
                condition=Q(failed_at__isnull=True, failed_position__isnull=True, retry_at__isnull=True)
                | Q(failed_at__isnull=False, failed_position__isnull=False, retry_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_stopped(self) -> bool:
        return self.failed_at is not None
