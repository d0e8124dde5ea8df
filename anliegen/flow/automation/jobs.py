"""The jobs of this room, gathered so that the worker knows them all."""

from anliegen.flow.automation import escalation_clock, promise_clock

JOBS = (promise_clock.strike, escalation_clock.strike)
