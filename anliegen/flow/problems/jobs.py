"""By a job: what is too much for one request. After a worker that dies another goes on, at the same line."""

from datetime import timedelta

from django.db.models import Q

from anliegen.flow.problems import actions
from anliegen.flow.problems.models import Round
from anliegen.ground import clock
from anliegen.ground.jobs import defer, job, periodic
from anliegen.ground.journal.actors import Actor

LEFT_ALONE = timedelta(minutes=2)  # by then its own job has begun
CHUNKS = 40  # in one run, so that other jobs get their turn


@job(retries=5)
def go_on(round: int) -> None:
    """Look, carry out or take back, whatever the round is at, until nothing is left."""
    made = Round.objects.get(pk=round)
    for _chunk in range(CHUNKS):
        if not _some(made):
            return
    defer(go_on, round=round)


@periodic("* * * * *")
def find_forgotten(timestamp: int) -> None:
    """Each minute: what somebody was cut off from handing over, what a lost job has left, and what a clock that was
    ahead had put off."""
    now = clock.now()
    old = Q(made_at__lt=now - LEFT_ALONE) | Q(made_at__gt=now + LEFT_ALONE)
    for made in Round.objects.filter(old, state__in=("looking", "asked", "undoing")):
        if made.begins_at is None or made.begins_by(now):
            defer(go_on, key=f"round {made.pk}", round=made.pk)


def go_on_soon(made: Round) -> None:
    """Have the rest done: at once, or when it begins."""
    if made.state in ("looking", "asked", "undoing"):
        defer(go_on, at=made.begins_at if made.state == "asked" else None, round=made.pk)


def _some(made: Round) -> bool:
    made = Round.objects.get(pk=made.pk)
    match made.state:
        case "looking":
            return actions.look_at_some(made)
        case "asked":
            return actions.carry_out_some(made, at=clock.now())
        case "undoing":
            return actions.undo_some(made, actor=Actor.agent(made.agent_id), at=clock.now())
    return False
