"""What the fairness monitor found of one automated actor, for everybody; where nothing was measured, that."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.ui.dates import exact_day
from anliegen.oversight.compliance import register
from anliegen.oversight.insights import figures, words
from anliegen.oversight.insights.fairness.look import LATE, SMALLEST, WAITING
from anliegen.oversight.insights.models import Finding, Report

FEWEST = 2 * SMALLEST  # decisions; of fewer no two groups are large enough
# What each has a hand in. Whether a concern was fulfilled is nobody's alone.
MEASURES = {
    "rule:mailbox": ("by_rule", "unplaced", WAITING, LATE),
    "rule:team-of-topic": ("by_rule", WAITING, LATE),
    "rule:urgency-of-topic": ("urgent",),
    "rule:escalate": ("urgent", WAITING, LATE),
    "rule:routing": (WAITING, LATE),
    "model:triage@": ("by_model", "unplaced"),
}


def fairness_now() -> register.Fairness:
    """Says of an actor what was found. Which group it was stays inside until a person has looked at it."""
    report = Report.objects.order_by("-pk").first()
    open_ones = list(Finding.objects.unsettled().values_list("measure", flat=True))
    compared = figures.compared(report.figures) if report is not None else frozenset()

    def of(one: register.Algorithm, counted: register.Figures) -> str:
        measures = _measures(one)
        if why := _not_measured(counted, measures, measures & compared, is_looked=report is not None):
            return _("Not measured: %(why)s.") % {"why": why}
        assert report is not None
        return _found(report, measures & compared, sum(measure in measures for measure in open_ones))

    return of


def _measures(one: register.Algorithm) -> frozenset[str]:
    """Those of its kind where it has none of its own, such as of a version of a model."""
    own = MEASURES.get(one.author) or next((MEASURES[key] for key in MEASURES if one.author.startswith(key)), ())
    return frozenset(own)


def _not_measured(
    counted: register.Figures, measures: frozenset[str], compared: frozenset[str], *, is_looked: bool
) -> str:
    if not counted.decided:
        return _("it has decided nothing lately")
    if not measures:
        return _("what it decides is not compared between groups")
    if not is_looked:
        return _("nobody has looked yet")
    if counted.decided < FEWEST or not compared:
        return _("of so few decisions groups cannot be compared")
    return ""


def _found(report: Report, compared: frozenset[str], differences: int) -> str:
    names = [str(name) for code, name in words.MEASURE_NAMES.items() if code in compared]
    told = {"day": exact_day(timezone.localdate(report.made_at)), "measures": ", ".join(names)}
    if not differences:
        return _("Looked at on %(day)s (%(measures)s): no group was found to be served worse.") % told
    return ngettext(
        "Looked at on %(day)s (%(measures)s): %(count)s difference between groups is being looked into.",
        "Looked at on %(day)s (%(measures)s): %(count)s differences between groups are being looked into.",
        differences,
    ) % {**told, "count": differences}
