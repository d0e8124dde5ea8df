"""The jobs of this room, gathered so that the worker knows them all."""

from anliegen.flow.automation import delayed, promise_clock

JOBS = (promise_clock.strike, delayed.strike)
