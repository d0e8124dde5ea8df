"""A later moment as people say it ("Di 9 Uhr", "in two weeks"), and the moments that are offered. Pure functions."""

from anliegen.records.tickets.moments.office import Office
from anliegen.records.tickets.moments.presets import Preset, presets
from anliegen.records.tickets.moments.read import FURTHEST, read
from anliegen.records.tickets.moments.unclear import Contradiction, NotUnderstood, Past, TooFar, Unclear

__all__ = [
    "FURTHEST",
    "Contradiction",
    "NotUnderstood",
    "Office",
    "Past",
    "Preset",
    "TooFar",
    "Unclear",
    "presets",
    "read",
]
