"""How often one sender did what anybody may do."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Attempts(models.Model):
    """The attempts of one sender at one thing, counted up to a moment. No address: `key` is a digest of it."""

    key = models.CharField(primary_key=True, max_length=64)
    counted = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("attempts")
        indexes: ClassVar = [models.Index(fields=["until"], name="portal_attempts_age")]

    def __str__(self) -> str:
        return f"{self.counted} attempts until {self.until:%H:%M}"
