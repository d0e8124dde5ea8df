"""Who sees to the promises of a person or a team that is given up."""

from collections import Counter
from collections.abc import Callable

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.settings.foreseen.lines import Line
from anliegen.flow.automation.promise_owners import next_owner
from anliegen.records.tickets.models import Promise

MOST_PROMISES = 200
WITH = ("agent__role", "team", "ticket__team", "ticket__assignee__role")


def owners_then(owed: QuerySet[Promise]) -> Counter[str]:
    """By the rule that hands them over, asked inside the rehearsal; "" where they stay."""
    return Counter(str(next_owner(one) or "") for one in owed.select_related(*WITH).order_by("pk")[:MOST_PROMISES])


def handed_on(owners: Counter[str], was: int, stays: Callable[[int], str]) -> list[Line]:
    """`was`: how many promises there are, counted to one more than are looked at."""
    lines = []
    for owner, count in owners.most_common():
        if owner:
            words = ngettext("%(count)s promise goes to %(name)s.", "%(count)s promises go to %(name)s.", count) % {
                "count": count,
                "name": owner,
            }
        else:
            words = stays(count)
        lines.append(Line(words, "info" if owner else "waiting"))
    if was > MOST_PROMISES:
        lines.append(
            Line(
                _("These are the first %(count)s promises; the others go by the same rule.") % {"count": MOST_PROMISES}
            )
        )
    return lines
