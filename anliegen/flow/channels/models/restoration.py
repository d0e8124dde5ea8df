"""That this instance was brought back from a backup, and when."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Restoration(models.Model):
    """What had come before was perhaps seen to by the instance that the backup was taken from."""

    at = models.DateTimeField()

    class Meta:
        verbose_name = _("restore from a backup")

    def __str__(self) -> str:
        return f"restored at {self.at:%Y-%m-%d %H:%M}"
