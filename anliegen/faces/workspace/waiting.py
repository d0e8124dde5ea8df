"""What waits for an agent on every page: how much of it, in one question."""

from typing import TYPE_CHECKING, Any

from django.db.models import Value

from anliegen.faces.workspace.models import Notice
from anliegen.flow.channels.pace import held_up
from anliegen.ground.compiled import compiled
from anliegen.ground.journal.breaks import unseen
from anliegen.ground.journal.models import Cursor
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.accounts.rights import Rights, keys_of, rights_of, standing_for
from anliegen.records.tickets import queries
from anliegen.records.tickets.models import Draft

if TYPE_CHECKING:
    from django.db.models import QuerySet


def waiting_for(agent: Agent, shown: int | None) -> list[str]:
    """One word for each thing that waits, for those who may see or settle it. `shown` is the ticket that is open."""
    asked = _asked(*keys_of(agent), shown or 0, rights=rights_of(agent), is_shown=shown is not None)
    return [what for (what,) in asked]


@compiled
def _asked(agent: int, teams: list[int], shown: int, *, rights: Rights, is_shown: bool) -> "QuerySet[Any]":
    one = standing_for(agent, teams, rights)
    rows: dict[str, QuerySet[Any]] = {}
    if may(one, "ticket.read"):
        rows |= {"troubled": queries.troubled(one), "held_up": held_up()}
    if may(one, "ticket.reply"):
        rows |= {"review": Draft.objects.awaiting(one), "notices": (theirs := Notice.objects.unread().of(one))}
        rows |= {"here": theirs.filter(ticket=shown)} if is_shown else {}
    if may(one, "settings.manage"):
        rows |= {"stopped": Cursor.objects.filter(failed_at__isnull=False), "broken": unseen()}
    if not rows:
        return Notice.objects.none()
    named = [each.order_by().annotate(what=Value(what)).values_list("what") for what, each in rows.items()]
    first, *others = [each[: queries.TROUBLED_SHOWN] for each in named]
    together: QuerySet[Any] = first.union(*others, all=True)
    return together
