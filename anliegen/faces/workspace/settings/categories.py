"""Kinds of facts that are kept of customers, and for how long."""

from functools import partial
from typing import Any

from django import forms
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.foreseen import lines
from anliegen.faces.workspace.settings.foreseen.categories import of_category
from anliegen.faces.workspace.settings.forms import SettingForm, by_name
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, refused, show
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.customers.models import Category


class CategoryForm(SettingForm):
    keeps_days = forms.IntegerField(
        label=gettext_lazy("Days until it is removed"),
        min_value=1,
        max_value=3650,
        initial=365,
        help_text=gettext_lazy("Proposed for each fact; whoever notes one may choose another day."),
    )

    class Meta:
        model = Category
        fields = ("name", "keeps_days", "is_special", "is_active")
        labels = {
            "name": gettext_lazy("Name"),
            "is_special": gettext_lazy("Special category (Art. 9 GDPR)"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts = {
            "is_special": gettext_lazy(
                "Such as health, religion, union membership: kept only when the person agreed explicitly."
            )
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if name := cleaned.get("name"):
            self.insist_on_one("name", _("There is a category of this name already."), name__iexact=name)
        return cleaned


@asks("settings.manage")
@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    return show(request, "categories", {"rows": by_name(Category.objects.all())}, place="categories")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_category(request: HttpRequest) -> HttpResponse:
    form = CategoryForm(posted(request), initial={"is_active": True})
    if form.is_valid():
        row = accounts.create(Category, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The category %(name)s is created.") % {"name": row.name}, "categories")
    return show(request, "category", {"form": form, "category": None}, place="categories")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def category(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Category, pk=pk)
    form = CategoryForm(posted(request), instance=row)
    kept = Category.objects.get(pk=pk)
    if lines.wants_preview(request):
        effect = partial(_foreseen, kept, form)
        return lines.shown(request, "category", form, effect, place="categories", category=kept)
    if form.is_valid():
        accounts.change(row, actor=actor_of(request), at=clock.now(), **form.values())
        words = _("The category %(name)s is saved.")
        return done(request, words % {"name": form.cleaned_data["name"]}, "categories")
    return show(request, "category", {"form": form, "category": kept}, place="categories")


def _foreseen(category: Category, form: CategoryForm) -> list[lines.Line]:
    return of_category(category, form.values())


@asks("settings.manage")
@require_POST
def delete_category(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Category, pk=pk)
    try:
        accounts.delete(row, actor=actor_of(request), at=clock.now())
    except ProtectedError:
        words = _("%(name)s cannot be deleted while something is kept under it. Take it out of use instead.")
        return refused(request, words % {"name": row.name}, "category", pk)
    return done(request, _("The category %(name)s is deleted.") % {"name": row.name}, "categories")
