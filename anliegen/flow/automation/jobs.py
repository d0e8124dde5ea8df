"""The jobs of this room, gathered so that the worker knows them all."""

from anliegen.flow.automation import delayed, promise_clock
from anliegen.flow.automation.rules import clock as rules

JOBS = (promise_clock.strike, delayed.strike, rules.strike)
