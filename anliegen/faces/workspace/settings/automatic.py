"""How what happens by itself stands, each in a line: rules, what was learnt, who is asked, providers, fairness."""

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.ui.numbers import number
from anliegen.flow.assist import budget
from anliegen.flow.assist.models import Provider
from anliegen.flow.automation import pauses, thresholds
from anliegen.flow.automation.models import Learnt, TopicProposal
from anliegen.flow.automation.referrals import present_referrals
from anliegen.flow.automation.rules.models import Rule
from anliegen.flow.automation.rules.queries import standing
from anliegen.flow.automation.teaching import readable
from anliegen.ground import clock
from anliegen.oversight.compliance.words import listed
from anliegen.oversight.insights.models import Finding, Report
from anliegen.records.accounts.models import Topic

State = tuple[str, bool]  # a line, and whether it needs somebody


def count_of(count: int, words: str) -> str:
    return words % {"count": number(count)}


def _rules() -> State:
    paused, today = pauses.active(), timezone.localdate(clock.now())
    if pauses.ALL in paused:
        return _("all automation is paused"), True
    stand = [standing(row, today, paused) for row in Rule.objects.running().select_related("owner")]
    held_up = [one for one in stand if not one.acts]
    tried = sum(one.code == "shadow" for one in stand)
    count = len(stand) - len(held_up) - tried
    line = count_of(count, ngettext("%(count)s rule in force", "%(count)s rules in force", count))
    if tried:
        words = ngettext("%(count)s is tried out", "%(count)s are tried out", tried)
        line = f"{line}, {count_of(tried, words)}"
    if held_up:
        words = ngettext("%(count)s rests", "%(count)s rest", len(held_up))
        return f"{line}, {count_of(len(held_up), words)}", True
    return line, False


def _providers() -> State:
    """One whose budget is used up needs somebody."""
    names = list(Provider.objects.on().order_by("pk").values_list("name", flat=True))
    used_up = Provider.objects.on().filter(used_up_on=budget.month_of(clock.now())).exists()
    if used_up:
        return _("a budget is used up"), True
    return (listed(names), False) if names else (_("none switched on; help works by rules"), False)


def _fairness() -> State:
    if count := Finding.objects.unsettled().count():
        words = ngettext("%(count)s finding is not settled", "%(count)s findings are not settled", count)
        return count_of(count, words), True
    return (_("nothing found"), False) if Report.objects.exists() else (_("not looked at yet"), False)


def _referrals() -> State:
    count = len(present_referrals())
    if not count:
        return _("the lead of the team"), False
    return count_of(count, ngettext("%(count)s case", "%(count)s cases", count)), False


def _escalation() -> State:
    limits, responsible = thresholds.present_limits()
    line = _("as the program comes with it") if limits == thresholds.usual() else _("thresholds of your own")
    return (f"{line}, {responsible.name}" if responsible is not None else line), False


def _pauses() -> State:
    paused = pauses.active()
    if pauses.ALL in paused:
        return _("all automation is paused"), True
    if not paused:
        return _("nothing is paused"), False
    return count_of(len(paused), ngettext("%(count)s is paused", "%(count)s are paused", len(paused))), True


def _topics() -> State:
    if proposed := TopicProposal.objects.filter(settled_at=None).count():
        words = ngettext("%(count)s topic seems to be missing", "%(count)s topics seem to be missing", proposed)
        return count_of(proposed, words), True
    count = Topic.objects.active().count()
    if not count:
        return _("no topic"), False
    return count_of(count, ngettext("%(count)s topic", "%(count)s topics", count)), False


def _learnt() -> State:
    speaking = Learnt.objects.speaking().first()
    if speaking is not None and readable.trouble(speaking):
        return _("version %(number)s cannot be read; people sort") % {"number": speaking.version}, True
    if Learnt.objects.waiting().exists():
        return _("a version waits for approval"), True
    return (_("version %(number)s speaks") % {"number": speaking.version} if speaking else _("nothing speaks")), False


STATES: dict[str, Callable[[], State]] = {
    "pauses": _pauses,
    "rules": _rules,
    "topics": _topics,
    "learnt": _learnt,
    "referrals": _referrals,
    "escalation": _escalation,
    "providers": _providers,
    "fairness": _fairness,
}
