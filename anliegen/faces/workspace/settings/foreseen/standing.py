"""What some people may do and see, before and after a change of their role, their teams or the role itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.settings.foreseen.lines import Line, or_nothing
from anliegen.faces.workspace.settings.forms import counted
from anliegen.flow.automation.promise_owners import may_keep_it
from anliegen.ground.rehearsal import rehearsed
from anliegen.records.accounts.actions import LastAdministrator
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import PERMISSIONS
from anliegen.records.tickets.foreseen import seen_together
from anliegen.records.tickets.leeway import may_decide_on
from anliegen.records.tickets.models import Concession, Promise

LOOKED_AT = 200  # promises and wishes of these people that are looked at one by one


@dataclass(frozen=True)
class Standing:
    """At one moment. `out_of_reach`: promises they may not keep, and wishes they may not decide, any more."""

    people: int
    permissions: frozenset[str]
    seen: int
    managers: int
    promises_out_of_reach: int
    wishes_out_of_reach: int

    @classmethod
    def of(cls, keys: Sequence[int]) -> "Standing":
        found = list(Agent.objects.at_work().filter(pk__in=keys, is_active=True).order_by("pk"))
        by_key = {one.pk: one for one in found}
        owed = Promise.objects.owed().filter(agent__in=keys).select_related("ticket").order_by("pk")[:LOOKED_AT]
        wishes = Concession.objects.waiting().filter(approver__in=keys).select_related("ticket").order_by("pk")
        return cls(
            people=len(found),
            permissions=frozenset(code for one in found for code in one.role.permissions),
            seen=seen_together(found),
            managers=Agent.objects.filter(is_active=True, role__permissions__contains=["settings.manage"]).count(),
            promises_out_of_reach=sum(
                one.agent_id in by_key and not may_keep_it(by_key[one.agent_id], one.ticket) for one in owed
            ),
            wishes_out_of_reach=sum(
                one.approver_id in by_key and not may_decide_on(by_key[one.approver_id], one.ticket)
                for one in wishes[:LOOKED_AT]
            ),
        )


def compared(keys: Iterable[int], deed: Callable[[], object], *, refusal: str, name: str = "") -> list[Line]:
    """What the deed would change for these people, in sentences; `refusal` where it would be refused. `name`: of the
    only one, where it is about one person."""
    keys = list(keys)
    was = Standing.of(keys)
    try:
        with rehearsed():
            deed()
            then = Standing.of(keys)
    except LastAdministrator:
        return [Line(refusal, "broken")]
    return or_nothing(
        [*_permissions(was, then, name), *_seen(was, then), *_managers(was, then), *_out_of_reach(was, then)]
    )


def _permissions(was: Standing, then: Standing, name: str) -> list[Line]:
    lines = []
    if gained := then.permissions - was.permissions:
        words = ngettext("%(count)s person gains: %(what)s.", "%(count)s people gain: %(what)s.", then.people)
        if name:
            words = _("%(name)s gains: %(what)s.")
        lines.append(Line(words % {"name": name, "count": then.people, "what": _in_words(gained)}))
    if lost := was.permissions - then.permissions:
        words = ngettext("%(count)s person loses: %(what)s.", "%(count)s people lose: %(what)s.", then.people)
        if name:
            words = _("%(name)s loses: %(what)s.")
        lines.append(Line(words % {"name": name, "count": then.people, "what": _in_words(lost)}, "waiting"))
    return lines


def _in_words(permissions: frozenset[str]) -> str:
    """Parted by semicolons: there are commas within them."""
    return "; ".join(str(PERMISSIONS[code]) for code in PERMISSIONS if code in permissions)


def _seen(was: Standing, then: Standing) -> list[Line]:
    if was.seen == then.seen:
        return []
    words = _("Open concerns in view: %(then)s instead of %(was)s.")
    line = words % {"then": counted(then.seen), "was": counted(was.seen)}
    return [Line(line, "waiting" if then.seen < was.seen else "info")]


def _managers(was: Standing, then: Standing) -> list[Line]:
    if was.managers == then.managers:
        return []
    words = ngettext(
        "%(then)s active person may change these settings then; now it is %(was)s.",
        "%(then)s active people may change these settings then; now it is %(was)s.",
        then.managers,
    )
    return [Line(words % {"then": then.managers, "was": was.managers})]


def _out_of_reach(was: Standing, then: Standing) -> list[Line]:
    lines = []
    if (promises := then.promises_out_of_reach - was.promises_out_of_reach) > 0:
        words = ngettext(
            "%(count)s promise lies in a concern that its owner may no longer answer then. It stays theirs until"
            " somebody gives it to another.",
            "%(count)s promises lie in concerns that their owners may no longer answer then. They stay theirs until"
            " somebody gives them to others.",
            promises,
        )
        lines.append(Line(words % {"count": promises}, "waiting"))
    if (wishes := then.wishes_out_of_reach - was.wishes_out_of_reach) > 0:
        words = ngettext(
            "%(count)s approval can no longer be given by who is asked. When its time is up the next one is asked.",
            "%(count)s approvals can no longer be given by who is asked. When their time is up the next ones are"
            " asked.",
            wishes,
        )
        lines.append(Line(words % {"count": wishes}, "waiting"))
    return lines
