"""The jobs of this room, gathered so that the worker knows them all."""

from anliegen.flow.automation import delayed, escalation_clock, promise_clock, routing_clock
from anliegen.flow.automation.rules import clock as rules
from anliegen.flow.automation.teaching import nightly

JOBS = (
    promise_clock.strike,
    delayed.strike,
    escalation_clock.strike,
    routing_clock.strike,
    rules.strike,
    nightly.learn_anew,
    nightly.learn_now,
)
