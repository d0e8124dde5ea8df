"""When an answer or a resolution is due, and until when the law gives time: pure functions over values.

`reckon` computes the timers of one ticket from what happened to it; `choose` says which target counts; `steps` tells
why in the order of time; `period_of` computes legal deadlines, which never pause.
"""

from anliegen.records.tickets.timing.legal import Ending, Length, Shift, Unit, period_of
from anliegen.records.tickets.timing.reckon import AROUND_THE_CLOCK, Timer, reckon
from anliegen.records.tickets.timing.steps import Step, steps
from anliegen.records.tickets.timing.stories import Answered, Became, Place, PutAside, Story, Turned, Woke, Wrote
from anliegen.records.tickets.timing.targets import KINDS, Aim, Chosen, choose

__all__ = [
    "AROUND_THE_CLOCK",
    "KINDS",
    "Aim",
    "Answered",
    "Became",
    "Chosen",
    "Ending",
    "Length",
    "Place",
    "PutAside",
    "Shift",
    "Step",
    "Story",
    "Timer",
    "Turned",
    "Unit",
    "Woke",
    "Wrote",
    "choose",
    "period_of",
    "reckon",
    "steps",
]
