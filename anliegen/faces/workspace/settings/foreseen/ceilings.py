"""Ceilings of waiting: how many have passed theirs, now and by what is being entered."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.settings.foreseen.lines import Line
from anliegen.faces.workspace.settings.forms import counted
from anliegen.records.accounts.models import Operator
from anliegen.records.tickets import waiting
from anliegen.records.tickets.precedence import Formula


def of_ceilings(kept: Operator, chosen: Operator, *, at: datetime) -> list[Line]:
    was, then = waiting.formula_of(kept), waiting.formula_of(chosen)
    before = waiting.beyond(was, at=at)
    lines = [Line(_beyond_now(before), "waiting" if before else "info")]
    if was.ceilings != then.ceilings:
        after = waiting.beyond(then, at=at)
        lines.append(Line(_beyond_then(after), "waiting" if after > before else "info"))
    return lines + _ageing(then)


def _beyond_now(count: int) -> str:
    if not count:
        return _("Nobody waits longer than their priority allows.")
    words = ngettext(
        "%(count)s concern waits longer than its priority allows.",
        "%(count)s concerns wait longer than their priority allows.",
        count,
    )
    return words % {"count": counted(count)}


def _beyond_then(count: int) -> str:
    words = ngettext("By what you enter it would be %(count)s.", "By what you enter it would be %(count)s.", count)
    return words % {"count": counted(count)}


def _ageing(formula: Formula) -> list[Line]:
    """Where age outweighs priority before the ceiling does: nothing wrong, but to be known."""
    low, urgent = formula.weight(1), formula.weight(4)
    if low + formula.ageing <= urgent:
        return []
    return [Line(_("A low concern that has waited long comes before a fresh urgent one, even before its time is up."))]
