"""The table of what can be found: each room that wants to be searched makes its own of it."""

from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Indexed(models.Model):
    """A search row: the vector, the version of the analyser that made it, and the time it is ordered by."""

    tsv = SearchVectorField()
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        abstract = True
