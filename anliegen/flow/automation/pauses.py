"""Anything automatic can be paused, alone or all at once; whoever applies something asks here each time.

A scope is a reference: `rule:12`, `automation:triage`, `automation:routing`, and `automation:all` for everything. One
row for each pause that lasts, read at each application and kept nowhere in between: a pause holds for whatever has not
begun to be applied when it commits, what waits for the end of its time to undo included.
"""

import time
from collections.abc import Container
from datetime import datetime

from django.utils.translation import gettext_lazy

from anliegen.flow.automation import verbs
from anliegen.flow.automation.models import Pause
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record

ALL = "automation:all"
WHY = {
    "person": gettext_lazy("a person said so"),
    "too_many": gettext_lazy("it touched more concerns in an hour than it may"),
    "error": gettext_lazy("it failed"),
}


def scope_of(author: str) -> str:
    """What the author of a decision is paused by: `rule:12` itself, `automation:triage` for `model:triage@3`."""
    kind, _colon, name = author.partition(":")
    return author if kind == "rule" else f"automation:{name.partition('@')[0]}"


def active() -> dict[str, Pause]:
    """What is paused now, by scope. One query over the few rows that last."""
    return {pause.scope: pause for pause in Pause.objects.filter(ended_at=None).order_by("scope")}


def is_paused(*scopes: str) -> bool:
    """Whether any of these, or all that is automatic, is paused now. Reads the database each time."""
    return Pause.objects.filter(ended_at=None, scope__in=(ALL, *scopes)).exists()


def stops(scopes: Container[str], *authors: str) -> bool:
    """Whether what is paused, as it was read before, stops one of these. `scopes`: of `active`."""
    return any(scope in scopes for scope in (ALL, *authors))


_LOOK_AGAIN_S = 1.0
_seen: tuple[float, frozenset[str]] = (float("-inf"), frozenset())


def holds(author: str) -> bool:
    """Whether this author's decisions may have no effect now. For what is asked for every message: a pause that began
    in another process is heeded within a second, one of this process at once."""
    global _seen  # what was seen last is one thing in a process
    if time.monotonic() - _seen[0] > _LOOK_AGAIN_S:
        _seen = time.monotonic(), frozenset(active())
    return stops(_seen[1], scope_of(author))


def look_again() -> None:
    """Forget what was seen last."""
    global _seen
    _seen = float("-inf"), frozenset()


def pause(scope: str, *, why: str = "person", note: str = "", actor: Actor, at: datetime) -> Pause:
    """Stop it; what is paused already stays as it is."""
    with unit():
        made, is_new = Pause.objects.get_or_create(
            scope=scope, ended_at=None, defaults={"why": why, "note": note, "begun_at": at, "begun_by": actor.ref}
        )
        if is_new:
            record(verbs.AUTOMATION_PAUSED, scope, actor=actor, at=at, why=why)
    look_again()
    return made


def resume(scope: str, *, actor: Actor, at: datetime) -> Pause | None:
    """Let it go on; None when it is not paused. What came in meanwhile is not made up for."""
    actor.insist_on_a_person()
    with unit():
        lasting = Pause.objects.select_for_update().filter(scope=scope, ended_at=None).first()
        if lasting is not None:
            lasting.ended_at, lasting.ended_by = at, actor.ref
            lasting.save(update_fields=["ended_at", "ended_by"])
            record(verbs.AUTOMATION_RESUMED, scope, actor=actor, at=at)
    look_again()
    return lasting
