"""Whether a group is served worse than others: figures, findings, and who answers for them."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.numbers import number
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.figure_words import tables
from anliegen.faces.workspace.settings.forms import choosable_agents, offer
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, show
from anliegen.ground import clock
from anliegen.oversight.insights import actions, figures, words
from anliegen.oversight.insights.fairness.look import WAITING
from anliegen.oversight.insights.models import Finding, Report
from anliegen.records.accounts.permissions import may

LONGEST = timedelta(days=366)
FIRST_CHECK = timedelta(days=30)


class OwnerForm(forms.Form):
    owner: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        label=gettext_lazy("Who answers for it"), queryset=None
    )

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"owner-{finding.pk}-%s")
        super().__init__(*args, **kwargs, initial={"owner": finding.owner_id})  # type: ignore[misc]
        offer(self, "owner", choosable_agents())


class SettleForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What you found out, and what was done"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    check_on = forms.DateField(
        label=gettext_lazy("Look whether it helped on"),
        widget=forms.DateInput,
        help_text=gettext_lazy("If it is still seen from that day on, it opens again by itself."),
    )

    def __init__(self, *args: Any, finding: Finding, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"settle-{finding.pk}-%s")
        super().__init__(*args, **kwargs, initial={"check_on": today + FIRST_CHECK, "note": finding.note})  # type: ignore[misc]
        self.today = today

    def clean_check_on(self) -> date:
        day: date = self.cleaned_data["check_on"]
        if not self.today < day <= self.today + LONGEST:
            raise forms.ValidationError(_("Choose a day from tomorrow on, within a year."))
        return day


class Told:
    """A finding with its sentence and its forms."""

    def __init__(self, finding: Finding, report: Report | None, today: date, wrong: forms.Form | None) -> None:
        self.finding = finding
        self.sentence = words.sentence(finding)
        self.certainty = _certainty(finding)
        self.is_seen = report is not None and finding.seen_at >= report.made_at
        self.owner_form = wrong if isinstance(wrong, OwnerForm) else OwnerForm(finding=finding)
        self.settle_form = wrong if isinstance(wrong, SettleForm) else SettleForm(finding=finding, today=today)
        self.is_wrong = isinstance(wrong, SettleForm)


@asks("audit.read")
@require_safe
def fairness(request: HttpRequest) -> HttpResponse:
    return _show(request)


@asks("settings.manage")
@require_POST
def look_now(request: HttpRequest) -> HttpResponse:
    report = actions.examine(actor=actor_of(request), at=clock.now())
    said = ngettext("%(count)s concern was looked at.", "%(count)s concerns were looked at.", report.looked_at)
    return done(request, said % {"count": number(report.looked_at)}, "fairness")


@asks("settings.manage")
@require_POST
def take_on(request: HttpRequest, pk: int) -> HttpResponse:
    finding = get_object_or_404(Finding, pk=pk)
    form = OwnerForm(request.POST, finding=finding)
    if not form.is_valid():
        return _show(request, wrong=form, about=pk)
    owner = form.cleaned_data["owner"]
    actions.take_on(finding, owner=owner, actor=actor_of(request), at=clock.now())
    return done(request, _("%(name)s answers for it from now on.") % {"name": owner.name}, "fairness")


@asks("settings.manage")
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    finding = get_object_or_404(Finding, pk=pk)
    form = SettleForm(request.POST, finding=finding, today=timezone.localdate(clock.now()))
    if not form.is_valid():
        return _show(request, wrong=form, about=pk)
    note = form.cleaned_data["note"].replace("\r\n", "\n")
    check_on = form.cleaned_data["check_on"]
    actions.settle(finding, note=note, check_on=check_on, by=agent_of(request), at=clock.now())
    return done(request, _("It is settled. On that day it is looked whether it helped."), "fairness")


@asks("audit.read")
@require_safe
def figures_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The figures of the newest report for programs, as JSON or CSV."""
    report = _newest()
    if report is None or kind not in FILES:
        raise Http404
    content_type, make = FILES[kind]
    name = f"fairness-{timezone.localdate(report.made_at).isoformat()}.{kind}"
    response = HttpResponse(make(report), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _as_json(report: Report) -> str:
    head = {"made_at": report.made_at.isoformat(), "since": report.since.isoformat(), "until": report.until.isoformat()}
    counted = {"concerns": report.looked_at, "is_sample": report.is_sample, "comparisons": report.comparisons}
    return json.dumps({**head, **counted, **report.figures}, ensure_ascii=False, indent=1) + "\n"


def _as_csv(report: Report) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(figures.COLUMNS)
    writer.writerows(figures.lines(report.figures))
    return file.getvalue()


FILES = {"json": ("application/json", _as_json), "csv": ("text/csv; charset=utf-8", _as_csv)}


def _newest() -> Report | None:
    return Report.objects.order_by("-made_at", "-pk").first()


def _show(request: HttpRequest, *, wrong: forms.Form | None = None, about: int | None = None) -> HttpResponse:
    """`wrong` is what was sent `about` a finding and cannot be taken."""
    report, today = _newest(), timezone.localdate(clock.now())
    rows = Finding.objects.select_related("owner", "settled_by").order_by("-seen_at", "chance", "pk")
    told = [Told(row, report, today, wrong if row.pk == about else None) for row in rows]
    context = {
        "report": report,
        "open": [one for one in told if one.finding.state != "settled"],
        "settled": [one for one in told if one.finding.state == "settled"],
        "tables": tables(report.figures) if report else [],
        "may_change": may(agent_of(request), "settings.manage"),
        "states": STATE_LOOKS,
    }
    return show(request, "fairness", context, place="fairness", status=422 if wrong is not None else 200)


STATE_LOOKS = {
    "open": (gettext_lazy("open"), "warning", "waiting"),
    "taken_on": (gettext_lazy("taken on"), "eye", "accent"),
    "settled": (gettext_lazy("settled"), "check", "quiet"),
}


def _certainty(one: Finding) -> str:
    """How sure it is, and how many it rests on."""
    counted = {"n": number(one.n), "others": number(one.n_others)}
    if one.measure == WAITING:
        return _("Longer by %(low)s to %(high)s; %(n)s concerns beside %(others)s.") % {
            **counted,
            "low": words.hours(one.low),
            "high": words.hours(one.high),
        }
    return _("%(low)s to %(high)s times as often; %(n)s concerns beside %(others)s.") % {
        **counted,
        "low": number(one.low, digits=2),
        "high": number(one.high, digits=2),
    }
