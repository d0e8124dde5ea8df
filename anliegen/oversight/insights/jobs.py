"""What this room does by the clock."""

from anliegen.ground import clock
from anliegen.ground.jobs import periodic
from anliegen.oversight.insights import actions
from anliegen.records.accounts.models import Operator


@periodic("40 2 * * *", queue="checks")
def look_nightly(timestamp: int) -> None:
    """Whether a group is served worse than others."""
    if Operator.objects.exists():
        actions.examine(at=clock.now())
