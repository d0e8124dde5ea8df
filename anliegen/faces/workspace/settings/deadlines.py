"""Kinds of legal deadlines: data with a validity of their own, which the operator extends."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import SettingForm, new_slug
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, show
from anliegen.faces.workspace.tickets.legal import length, lines_of
from anliegen.ground import clock
from anliegen.ground.text import sort_key
from anliegen.records.accounts.hours import default_calendar
from anliegen.records.tickets.actions.deadlines import Where, ending_of, save_kind
from anliegen.records.tickets.models import Deadline, DeadlineKind

LONGEST = {"days": 3660, "weeks": 520, "months": 120, "years": 30, "working_days": 1000, "werktage": 1000}
WHOLE_DAYS = ("working_days", "werktage")


class KindForm(SettingForm):
    class Meta:
        model = DeadlineKind
        fields = (
            *("name", "name_en", "law", "sector", "begins", "begins_en", "amount", "unit", "rule", "moves"),
            *("counts_first_day", "remind_days", "valid_from", "valid_to", "is_active"),
        )
        labels = {
            "name": gettext_lazy("Name"),
            "name_en": gettext_lazy("Name in English"),
            "law": gettext_lazy("Where it is written"),
            "sector": gettext_lazy("Sector"),
            "begins": gettext_lazy("What it begins with"),
            "begins_en": gettext_lazy("What it begins with, in English"),
            "amount": gettext_lazy("Length"),
            "unit": gettext_lazy("Counted in"),
            "rule": gettext_lazy("Counted by"),
            "moves": gettext_lazy("Moves on from a day on which nobody works"),
            "counts_first_day": gettext_lazy("The first day is counted"),
            "remind_days": gettext_lazy("Reminder, working days before the end"),
            "valid_from": gettext_lazy("In force from"),
            "valid_to": gettext_lazy("In force until"),
            "is_active": gettext_lazy("Offered"),
        }
        help_texts = {
            "law": gettext_lazy("For example: § 111a EnWG, or the clause of a contract."),
            "moves": gettext_lazy("§ 193 BGB: not on a Saturday, a Sunday or a public holiday of your state."),
            "counts_first_day": gettext_lazy("§ 187 (2) BGB: only for what runs from the beginning of a day."),
            "valid_from": gettext_lazy("When a law changes, end this one and create another: what was set stays."),
            "is_active": gettext_lazy("Deadlines that were set go on in any case."),
        }
        widgets = {"valid_from": forms.DateInput, "valid_to": forms.DateInput}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        amount, unit = cleaned.get("amount"), cleaned.get("unit")
        if amount is not None and unit and not 1 <= amount <= LONGEST[unit]:
            self.add_error("amount", _("At least 1, and at most %(most)s.") % {"most": LONGEST[unit]})
        if (cleaned.get("remind_days") or 0) > 250:
            self.add_error("remind_days", _("At most 250 working days before."))
        if cleaned.get("counts_first_day") and unit in WHOLE_DAYS:
            self.add_error("counts_first_day", _("Working days are counted from the day after the event."))
        valid_from, valid_to = cleaned.get("valid_from"), cleaned.get("valid_to")
        if valid_from and valid_to and valid_to < valid_from:
            self.add_error("valid_to", _("The end lies before the beginning."))
        return cleaned

    def validate_constraints(self) -> None:
        """`clean` has said it in words already."""

    def kind(self) -> DeadlineKind | None:
        """The kind as it is being entered; None while it cannot be computed."""
        self.is_valid()
        if {"amount", "unit", "rule", "remind_days", "counts_first_day"} & set(self.errors):
            return None
        kept = {name: value for name, value in self.cleaned_data.items() if value is not None}
        return DeadlineKind(**kept)


@asks("settings.manage")
@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    language = translation.get_language()
    kinds = sorted(DeadlineKind.objects.order_by("-valid_from"), key=lambda kind: sort_key(kind.name_in(language)))
    counted = Deadline.objects.values_list("kind").annotate(open=Count("pk", filter=Q(settled_at=None)))
    running = dict(counted)
    rows = [(kind, kind.name_in(language), length(kind), running.get(kind.pk, 0)) for kind in kinds]
    return show(request, "deadlines", {"rows": rows, "today": timezone.localdate()}, place="deadlines")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_deadline(request: HttpRequest) -> HttpResponse:
    form = KindForm(posted(request))
    if form.is_valid():
        values = form.values()
        code = new_slug(DeadlineKind, values["name"], column="code")
        save_kind(None, code=code, actor=actor_of(request), at=clock.now(), **values)
        return done(request, _("%(name)s is created.") % {"name": values["name"]}, "deadlines")
    return show(request, "deadline", {"form": form, "kind": None} | _example(None), place="deadlines")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def deadline(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(DeadlineKind, pk=pk)
    form = KindForm(posted(request), instance=row)
    if form.is_valid():
        save_kind(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]}, "deadlines")
    kept = DeadlineKind.objects.get(pk=pk)
    context = {"form": form, "kind": kept} | _example(None if form.is_bound else kept)
    return show(request, "deadline", context, place="deadlines")


@asks("settings.manage")
@require_POST
def deadline_example(request: HttpRequest) -> HttpResponse:
    """Where such a deadline would end that began today, as it is being entered; saves nothing."""
    form = KindForm(request.POST)
    return show(request, "deadline_example", _example(form.kind()), place="deadlines", block="example")


def _example(kind: DeadlineKind | None) -> dict[str, Any]:
    """The steps of one that begins today, by the default calendar's state."""
    if kind is None:
        return {"lines": ()}
    calendar = default_calendar()
    place = Where(calendar.state, calendar.catholic, calendar.timezone) if calendar is not None else Where()
    return {"lines": lines_of(kind, ending_of(kind, timezone.localdate(), place), place, "")}
