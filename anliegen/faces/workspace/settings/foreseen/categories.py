"""A category of facts with another time to keep, protected more strictly, or out of use."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.settings.foreseen.lines import Line, or_nothing
from anliegen.faces.workspace.settings.forms import counted
from anliegen.records.customers.models import Category, Fact
from anliegen.records.tickets.queries import COUNT_TO


def of_category(row: Category, values: dict[str, Any]) -> list[Line]:
    """`row` is as it is kept. What is noted already keeps its day and its consent: saving changes only the category."""
    lines = []
    noted = Fact.objects.kept().filter(category=row)
    if row.name != values["name"] and (named := _most(noted)):
        words = ngettext(
            "%(count)s fact that is noted reads “%(name)s” then.",
            "%(count)s facts that are noted read “%(name)s” then.",
            named,
        )
        lines.append(Line(words % {"count": counted(named), "name": values["name"]}))
    if row.keeps_days != values["keeps_days"]:
        words = _("New facts stay for %(then)s days instead of %(was)s.")
        lines.append(Line(words % {"then": values["keeps_days"], "was": row.keeps_days}))
        lines += _noted_stays(noted)
    if values["is_special"] and not row.is_special:
        lines.append(Line(_("New facts need an explicit consent."), "info"))
        if without := _most(noted.filter(is_explicit=False)):
            words = ngettext(
                "%(count)s fact that is noted has none: ask for it, or take it away.",
                "%(count)s facts that are noted have none: ask for it, or take them away.",
                without,
            )
            lines.append(Line(words % {"count": counted(without)}, "waiting"))
    elif row.is_special and not values["is_special"]:
        lines.append(
            Line(_("New facts need no explicit consent any more. Make sure that none is of Art. 9 GDPR."), "waiting")
        )
    if row.is_active and not values["is_active"]:
        lines.append(Line(_("Nobody can choose it for new facts any more.")))
        lines += [] if row.keeps_days != values["keeps_days"] else _noted_stays(noted)
    elif values["is_active"] and not row.is_active:
        lines.append(Line(_("It can be chosen for new facts again.")))
    return or_nothing(lines)


def _noted_stays(noted: Any) -> list[Line]:
    if not (count := _most(noted)):
        return []
    words = ngettext(
        "%(count)s fact that is noted already stays until its day.",
        "%(count)s facts that are noted already stay until their day.",
        count,
    )
    return [Line(words % {"count": counted(count)})]


def _most(rows: Any) -> int:
    return int(rows.order_by()[:COUNT_TO].count())
