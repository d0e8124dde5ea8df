"""The table of what can be found: each room that wants to be searched makes its own of it."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Indexed(models.Model):
    """A search row: the vector, the version of the analyser that made it, and the time it is ordered by.

    The helpers in `queries` need both indexes. A subclass with a Meta of its own repeats them there, or inherits
    `Indexed.Meta`.
    """

    tsv = SearchVectorField()
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        abstract = True
        indexes: ClassVar = [
            GinIndex(fields=["tsv"], name="%(app_label)s_%(class)s_tsv"),
            models.Index(fields=["at", "id"], name="%(app_label)s_%(class)s_at"),
        ]
