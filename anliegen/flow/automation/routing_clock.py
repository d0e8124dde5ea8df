"""By the clock: what came at night finds somebody when the morning comes, as soon as somebody is at work."""

from anliegen.flow.automation.routing import give_out_what_lay
from anliegen.ground import clock
from anliegen.ground.jobs import periodic


@periodic("*/5 * * * *")
def strike(timestamp: int) -> None:
    give_out_what_lay(clock.now())
