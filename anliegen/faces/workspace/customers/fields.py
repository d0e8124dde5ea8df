"""One field of a person, changed where it stands: Enter saves, Esc leaves it, and who was quicker is shown."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.customers import answers
from anliegen.faces.workspace.customers.columns import FIELDS, Field
from anliegen.faces.workspace.frame import actor_of
from anliegen.ground import clock
from anliegen.records.customers import actions
from anliegen.records.customers.models import Person


@asks("customer.change")
@require_http_methods(["GET", "HEAD", "POST"])
def field(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The field as a form; with `show` as it stands; and what was entered into it."""
    person, chosen = answers.reading(request, pk), FIELDS.get(key)
    if chosen is None:
        raise Http404
    if request.method == "POST":
        return _save(request, person, chosen)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('workspace:person-page', args=[person.pk])}?edit={key}#p{person.pk}-{key}")
    template = "field" if "show" in request.GET else "field_form"
    return _row(request, person, chosen, template, fresh=True)


def _save(request: HttpRequest, person: Person, chosen: Field) -> HttpResponse:
    wanted = " ".join(request.POST.get("value", "").replace("\x00", "").split())
    was, now = request.POST.get("was"), chosen.value(person)
    if was is not None and now not in (was, wanted):
        meanwhile = _("Meanwhile it was changed to “%(now)s”. Save to put yours in its place.")
        nothing = _("Meanwhile it was emptied. Save to put yours in its place.")
        conflict = meanwhile % {"now": chosen.shown(person)} if now else nothing
        return _row(request, person, chosen, "field_form", error=conflict, value=wanted, status=422)
    if mistake := _mistake(chosen, person, wanted):
        return _row(request, person, chosen, "field_form", error=mistake, value=wanted, status=422)
    _put(request, person, chosen, wanted)
    if now == wanted:
        return _row(request, person, chosen, "field", fresh=True)
    return answers.answered(
        request,
        person,
        "field",
        _("%(field)s is saved.") % {"field": chosen.label},
        undo=reverse("workspace:person-field", args=[person.pk, chosen.key]),
        fields={"value": now, "was": wanted},
        field=chosen,
    )


def _mistake(chosen: Field, person: Person, wanted: str) -> str | None:
    if chosen.choices and wanted not in dict(chosen.options(person)):
        return _("This cannot be chosen.")
    if len(wanted) > chosen.longest:
        return _("At most %(most)s characters.") % {"most": chosen.longest}
    return None


def _put(request: HttpRequest, person: Person, chosen: Field, wanted: str) -> None:
    actor, at = actor_of(request), clock.now()
    if chosen.key == "organisation":
        actions.put_into_organisation(person, name=wanted, actor=actor, at=at)
    else:
        actions.change(person, actor=actor, at=at, **{chosen.key: wanted})


def _row(
    request: HttpRequest, person: Person, chosen: Field, template: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    sheet = answers.sheet_of(request, person)
    context = {"sheet": sheet, "field": chosen, "oob": False, "fresh": False, "error": None, "value": None} | more
    if not request.htmx and status == 422:  # type: ignore[attr-defined]
        return answers.refused(request, sheet, "field_form", edit=chosen.key, **more)
    return page(request, f"workspace/customers/{template}.html", context, status=status)
