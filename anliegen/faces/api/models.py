"""What a program was answered, so that asking again with the same key is answered the same and does nothing twice."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import ApiToken


class KeptAnswer(models.Model):
    """The answer to a request that carried an Idempotency-Key: ids, codes and times, no personal data."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=64)  # SHA-256 of method, address and body
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept answer")
        indexes: ClassVar = [models.Index(fields=["created_at"], name="api_keptanswer_age")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token", "key"], name="api_keptanswer_once"),
            models.CheckConstraint(name="api_keptanswer_has_key", condition=~models.Q(key="")),
        ]

    def __str__(self) -> str:
        return f"kept answer {self.pk}"
