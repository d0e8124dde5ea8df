"""The jobs of this room, gathered so that the worker knows them all."""

from anliegen.flow.automation import promise_clock
from anliegen.flow.automation.teaching import nightly

JOBS = (promise_clock.strike, nightly.learn_anew, nightly.learn_now)
