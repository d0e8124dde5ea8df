"""Two rows that are one person, and two that look like one and are not."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.customers.models.people import Person


class Merge(models.Model):
    """Somebody said that `gone` is `into`. What moved is kept by kind and key, so that exactly that can go back.

    `filled` are the fields that `into` had empty and took over; `gone` still has them.
    """

    gone = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges")
    into = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges_taken_in")
    evidence = models.JSONField(default=list)  # codes of likeness.py
    moved = models.JSONField(default=dict)  # {"address": [3, 4], "ticket": [1042], ...}
    filled = models.JSONField(default=list)
    merged_by = models.CharField(max_length=60)
    merged_at = models.DateTimeField()
    undone_by = models.CharField(max_length=60, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("merging of people")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gone"], name="customers_merge_once", condition=Q(undone_at__isnull=True)),
            models.CheckConstraint(name="customers_merge_of_two", condition=~Q(gone=F("into"))),
            models.CheckConstraint(
                name="customers_merge_undone_says_who",
                condition=Q(undone_at__isnull=True, undone_by="") | Q(undone_at__isnull=False) & ~Q(undone_by=""),
            ),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"


class Distinct(models.Model):
    """Somebody said that these two are different people: they are not proposed again. `one` has the lower key."""

    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    said_by = models.CharField(max_length=60)
    said_at = models.DateTimeField()

    class Meta:
        verbose_name = _("different people")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="customers_distinct_once"),
            models.CheckConstraint(name="customers_distinct_in_order", condition=Q(one__lt=F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} is not {self.other_id}"
