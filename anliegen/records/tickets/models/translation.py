"""What a message says in another language, beside it. The message itself stays as it is, to the byte."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.tickets.models.message import Message

TRANSLATORS = [("person", _("person")), ("model", _("model"))]


class TranslationQuerySet(models.QuerySet["Translation"]):
    def newest(self) -> Self:
        """Of each message and language the version that counts, with who made it."""
        return self.filter(is_newest=True).select_related("agent")


class Translation(models.Model):
    """A version of a translation. A corrected one is a new version; those before are kept.

    `text` holds the paragraphs in the order of the original's (see tickets/paragraphs.py). What a model translated
    says which, and is never shown as a person's.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="translations", db_index=False)
    language = models.CharField(max_length=8)  # into which
    version = models.PositiveIntegerField()
    is_newest = models.BooleanField(default=True)
    text = models.TextField()
    kind = models.CharField(max_length=10, choices=TRANSLATORS)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    model = models.CharField(max_length=60, blank=True)  # that translated it, when no human did
    made_at = models.DateTimeField()

    objects = TranslationQuerySet.as_manager()

    class Meta:
        verbose_name = _("translation")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "language", "version"], name="tickets_translation_once"),
            models.UniqueConstraint(
                fields=["message", "language"], name="tickets_translation_newest", condition=Q(is_newest=True)
            ),
            models.CheckConstraint(
                name="tickets_translation_says_by_whom",
                condition=Q(kind="person", agent__isnull=False, model="")
                | Q(kind="model", agent__isnull=True) & ~Q(model=""),
            ),
            models.CheckConstraint(name="tickets_translation_not_empty", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"translation {self.pk}"


class TranslationDraft(models.Model):
    """A translation that somebody is at: on the server within a second, gone when it is kept or thrown away."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    language = models.CharField(max_length=8)
    text = models.TextField()
    begun_on = models.PositiveIntegerField()  # the version that its writer saw, 0 for none
    version = models.PositiveIntegerField()  # counts what was kept, so that two devices notice each other
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("begun translation")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "agent", "language"], name="tickets_translationdraft_once")
        ]

    def __str__(self) -> str:
        return f"begun translation {self.pk}"
