"""Where customers can turn after a refusal: arbitration bodies, ombudspersons, authorities, courts."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import SettingForm, by_name, offer
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, show
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Brand, Recourse
from anliegen.records.accounts.models.recourses import RECOURSE_KINDS
from anliegen.records.accounts.recourses import shipped, shipped_as


class RecourseForm(SettingForm):
    class Meta:
        model = Recourse
        fields = ("kind", "name", "name_en", "address", "phone", "website", "note", "note_en", "brand", "is_active")
        labels = {
            "address": gettext_lazy("Postal address"),
            "note": gettext_lazy("When one can turn there"),
            "note_en": gettext_lazy("The same in English"),
            "brand": gettext_lazy("For which brand"),
            "is_active": gettext_lazy("Offered when something is declined"),
        }
        help_texts = {
            "note": gettext_lazy("One or two sentences. They stand in the letter, above the address."),
            "name_en": gettext_lazy("Empty: the German one stands in English letters too."),
        }
        widgets = {
            "address": forms.Textarea(attrs={"rows": 2}),
            "note": forms.Textarea(attrs={"rows": 3}),
            "note_en": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = RECOURSE_KINDS  # type: ignore[attr-defined]
        offer(self, "brand", Brand.objects.all(), nothing=_("for all brands"))


@asks("settings.manage")
@require_safe
def recourses(request: HttpRequest) -> HttpResponse:
    rows = by_name(Recourse.objects.select_related("brand"))
    taken = {row.name for row in rows}
    context = {"rows": rows, "shipped": [one for one in shipped() if one.name not in taken]}
    return show(request, "recourses", context, place="recourses")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_recourse(request: HttpRequest) -> HttpResponse:
    """A new one; `?from=` names one that comes along and fills the form."""
    begun = shipped_as(request.GET.get("from", ""))
    form = RecourseForm(posted(request), initial=begun.fields if begun is not None else None)
    if form.is_valid():
        row = accounts.create(Recourse, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("%(name)s is created.") % {"name": row.name}, "recourses")
    context = {"form": form, "recourse": None, "is_shipped": begun is not None, **_preview(form)}
    return show(request, "recourse", context, place="recourses")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def recourse(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Recourse, pk=pk)
    form = RecourseForm(posted(request), instance=row)
    if form.is_valid():
        accounts.change(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]}, "recourses")
    kept = Recourse.objects.get(pk=pk)  # the form has written into its own copy
    context = {"form": form, "recourse": kept, "is_shipped": False, **_preview(form)}
    return show(request, "recourse", context, place="recourses")


@asks("settings.manage")
@require_POST
def recourse_preview(request: HttpRequest) -> HttpResponse:
    """How a letter names it, as it is being typed; saves nothing."""
    return show(request, "recourse_preview", _preview(RecourseForm(request.POST)), place="recourses", block="preview")


@asks("settings.manage")
@require_POST
def delete_recourse(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Recourse, pk=pk)
    accounts.delete(row, actor=actor_of(request), at=clock.now())
    return done(request, _("%(name)s is deleted.") % {"name": row.name}, "recourses")


def _preview(form: RecourseForm) -> dict[str, Any]:
    """How it stands in a letter in either language, with what stands in the form just now."""
    words = ("name", "name_en", "address", "phone", "website", "note", "note_en")
    typed = Recourse(**{name: str(form[name].value() or "") for name in words})
    return {"german": typed.said_in("de"), "english": typed.said_in("en")}
