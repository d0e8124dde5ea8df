"""The ways to reach a person, changed where they stand."""

from collections.abc import Callable

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.customers import answers
from anliegen.faces.workspace.customers.sheet import person_for
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.ground import clock, phone
from anliegen.records.customers import actions
from anliegen.records.customers.models import Address, Person

# What is done, how it is told, and what takes it back.
DEEDS: dict[str, tuple[Callable[..., Address], str | Promise, str]] = {
    "prefer": (actions.prefer, gettext_lazy("This address is preferred now."), "equal"),
    "equal": (actions.stop_preferring, gettext_lazy("No address is preferred now."), "prefer"),
    "end": (actions.end_address, gettext_lazy("The address is marked as no longer valid."), "revive"),
    "revive": (actions.revive_address, gettext_lazy("The address is valid again."), "end"),
}


@asks("customer.change")
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more address: a mail address when there is an @ in it, else a telephone number."""
    person = answers.reading(request, pk)
    value = request.POST.get("value", "").replace("\x00", "").strip()
    try:
        kind = kind_of(value)
        address = actions.add_address(person, kind=kind, value=value, actor=actor_of(request), at=clock.now())
    except forms.ValidationError as error:
        return _refused(request, person, error.messages[0], value)
    except actions.AddressTaken:
        return _taken(request, person, kind, value)
    undo = reverse("workspace:address", args=[address.pk, "end"])
    return answers.answered(request, person, "addresses", _("The address is added."), undo=undo)


@asks("customer.change")
@require_POST
def change(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Prefer it, end it, take either back, or correct it."""
    address = get_object_or_404(Address.objects.select_related("person"), pk=pk)
    person = answers.reading(request, address.person_id)
    if deed == "correct":
        return _correct(request, person, address)
    if deed not in DEEDS:
        raise Http404
    act, sentence, back = DEEDS[deed]
    act(address, actor=actor_of(request), at=clock.now())
    return answers.answered(
        request, person, "addresses", str(sentence), undo=reverse("workspace:address", args=[pk, back])
    )


def kind_of(value: str) -> str:
    """`email` or `phone`. Raises ValidationError for what is neither."""
    if "@" in value:
        forms.EmailField(error_messages={"invalid": _("This is no e-mail address.")}, max_length=254).clean(value)
        return "email"
    if not phone.is_number(value):
        raise forms.ValidationError(_("This is neither an e-mail address nor a telephone number."))
    return "phone"


def _correct(request: HttpRequest, person: Person, address: Address) -> HttpResponse:
    value, was = request.POST.get("value", "").replace("\x00", "").strip(), address.value
    try:
        if kind_of(value) != address.kind:
            raise forms.ValidationError(_("An address keeps its kind; add another one."))
        actions.correct_address(address, value=value, actor=actor_of(request), at=clock.now())
    except forms.ValidationError as error:
        return _refused(request, person, error.messages[0], value, at=address.pk)
    except actions.AddressTaken:
        return _taken(request, person, address.kind, value, at=address.pk)
    undo = reverse("workspace:address", args=[address.pk, "correct"])
    sentence = _("The address is corrected.")
    return answers.answered(request, person, "addresses", sentence, undo=undo, fields={"value": was})


def _taken(request: HttpRequest, person: Person, kind: str, value: str, at: int | None = None) -> HttpResponse:
    """Somebody else has it: perhaps they are one person, which somebody is to look at."""
    owner = actions.find(kind=kind, value=value)
    if owner is None or owner.person_id == person.pk:
        return _refused(request, person, _("This address is noted here already."), value, at=at)
    try:
        other = person_for(agent_of(request), owner.person_id)
    except Http404:
        return _refused(request, person, _("This address belongs to somebody whom you may not see."), value, at=at)
    sentence = _("This address belongs to %(name)s already.") % {"name": other}
    return _refused(request, person, sentence, value, other=other, at=at)


def _refused(
    request: HttpRequest,
    person: Person,
    sentence: str,
    value: str,
    *,
    other: Person | None = None,
    at: int | None = None,
) -> HttpResponse:
    sheet = answers.sheet_of(request, person)
    sheet.errors["address"] = {"sentence": sentence, "value": value, "other": other, "at": at}
    return answers.refused(request, sheet, "addresses")
