"""What we know and write again and again: text blocks, with their wordings in each language and all their versions."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.models.operator import LANGUAGES

LONGEST = 20_000  # signs of one wording


class TextBlockQuerySet(models.QuerySet["TextBlock"]):
    def in_use(self, on: date) -> Self:
        """Neither withdrawn nor past its day."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on), withdrawn_at=None)

    def open_to(self, agent: Agent) -> Self:
        """Everybody's and the agent's own. A team's blocks are no secret: whoever covers for it writes with them."""
        return self.filter(Q(owner=None) | Q(owner=agent))

    def note_use(self, pk: int, *, on: date) -> int:
        """Count a use. Without an event and without saying whose: it tells which texts help, and nothing of persons."""
        return self.filter(pk=pk).update(used=F("used") + 1, last_used_on=on)


class TextBlock(models.Model):
    """Words that are written again and again. Everybody's, or with an `owner` that agent's alone."""

    title = models.CharField(_("title"), max_length=120)
    word = models.CharField(_("shortcut"), max_length=30)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    teams = models.ManyToManyField(Team, blank=True, related_name="+")
    topics = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    used = models.PositiveIntegerField(default=0)
    last_used_on = models.DateField(null=True)
    changed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = TextBlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("text block")
        constraints: ClassVar = [
            models.CheckConstraint(name="knowledge_textblock_word", condition=Q(word__regex=r"^[a-z0-9äöüß-]+$")),
            # Of those in use each word means one thing: for everybody, and for whoever has one of the same word.
            models.UniqueConstraint(
                name="knowledge_textblock_word_once",
                fields=["word"],
                condition=Q(owner__isnull=True, withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="knowledge_textblock_own_word_once",
                fields=["owner", "word"],
                condition=Q(owner__isnull=False, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="knowledge_textblock_withdrawn_says_who",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True) | Q(withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Wording(models.Model):
    """A text block in one language, with marks (`marks.py`) and placeholders (`placeholders.py`)."""

    block = models.ForeignKey(TextBlock, on_delete=models.CASCADE, related_name="wordings", db_index=False)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    text = models.TextField()

    class Meta:
        verbose_name = _("wording")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["block", "language"], name="knowledge_wording_once"),
            models.CheckConstraint(name="knowledge_wording_not_empty", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"wording {self.pk}"


class TextBlockVersion(models.Model):
    """A text block as it was once, whole, so that it can be that again."""

    block = models.ForeignKey(TextBlock, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    content = models.JSONField()  # `content.Content.as_json`
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("version of a text block")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["block", "number"], name="knowledge_version_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of text block {self.block_id}"
