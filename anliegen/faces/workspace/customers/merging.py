"""Two rows that are perhaps one person: looked at side by side, joined, parted again, or said to be two."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.customers import answers
from anliegen.faces.workspace.customers.columns import FIELDS
from anliegen.faces.workspace.customers.sheet import person_for
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.ground import clock
from anliegen.records.customers import actions as customers
from anliegen.records.customers import queries
from anliegen.records.customers.likeness import WORDS
from anliegen.records.customers.models import Merge, Person
from anliegen.records.tickets import actions, people

KINDS: dict[str, str | Promise] = {
    "address": gettext_lazy("addresses"),
    "fact": gettext_lazy("facts"),
    "moment": gettext_lazy("moments"),
    "consent": gettext_lazy("consents"),
    "ticket": gettext_lazy("concerns"),
}


@dataclass(frozen=True)
class Compared:
    """A field of both, beside each other, and what stands there afterwards."""

    label: str | Promise
    gone: str
    into: str
    after: str


@asks("customer.change")
@require_http_methods(["GET", "HEAD", "POST"])
def same(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """What joining `other` with this person would move, and then the joining itself."""
    into, gone = _both(request, pk, other)
    alike = queries.how_alike(into, gone, people.mentioned_by(into), claimed="claimed" in request.GET)
    if request.method == "POST":
        return _merge(request, into, gone)
    preview = people.preview_merge(gone, into)
    context = {
        "into": into,
        "gone": gone,
        "preview": preview,
        "reasons": [WORDS[code] for code in alike.reasons],
        "codes": ",".join(alike.reasons),
        "compared": _compare(gone, into, preview.filled),
        "mails": [one.value for one in preview.addresses if one.kind == "email"],
    }
    return page(request, "workspace/customers/same.html", context)


@asks("customer.change")
@require_POST
def different(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """They are two people: not to be asked again."""
    one, two = _both(request, pk, other)
    customers.say_distinct(one, two, actor=actor_of(request), at=clock.now())
    undo = reverse("workspace:person-maybe", args=[pk, other])
    return answers.answered(request, one, "likely", _("They are kept apart and not proposed again."), undo=undo)


@asks("customer.change")
@require_POST
def maybe(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Perhaps they are one person after all."""
    one, two = _both(request, pk, other)
    customers.take_back_distinct(one, two, actor=actor_of(request), at=clock.now())
    undo = reverse("workspace:person-different", args=[pk, other])
    return answers.answered(request, one, "likely", _("They may be proposed again."), undo=undo)


@asks("customer.change")
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """What taking a joining back would part again, what cannot go back, and then the parting itself."""
    insist(request, "customer.read")
    found = get_object_or_404(Merge.objects.select_related("gone", "into"), pk=pk)
    person = person_for(agent_of(request), found.into_id)
    if request.method == "POST":
        try:
            actions.unmerge_people(found, actor=actor_of(request), at=clock.now())
        except customers.CannotUnmerge:
            messages.warning(request, _("Nothing was changed: it was taken back already, or joined further since."))
            return redirect("workspace:person-page", person.pk)
        messages.success(request, _("They are two people again."))
        return redirect("workspace:person-page", found.gone_id)
    preview = people.preview_unmerge(found)
    context = {
        "merge": found,
        "preview": preview,
        "stays": [(KINDS[kind], count) for kind, count in preview.stays.items()],
        "missing": [(KINDS[kind], count) for kind, count in preview.gone_since.items()],
        "kept": [FIELDS[name.removesuffix("_id")].label for name in preview.fields_kept],
        "by": _name(request, found.merged_by, person),
    }
    return page(request, "workspace/customers/merge.html", context)


def _merge(request: HttpRequest, into: Person, gone: Person) -> HttpResponse:
    evidence = [code for code in request.POST.get("evidence", "").split(",") if code in WORDS]
    try:
        merged = actions.merge_people(gone, into, evidence=evidence, actor=actor_of(request), at=clock.now())
    except customers.CannotMerge:
        messages.warning(request, _("Nothing was changed: somebody was quicker."))
        return redirect("workspace:person-page", into.pk)
    messages.success(
        request, _("They are one person now. It can be taken back under “Joined”, exactly."), extra_tags=str(merged.pk)
    )
    return redirect("workspace:person-page", into.pk)


def _compare(gone: Person, into: Person, filled: list[str]) -> list[Compared]:
    names = {name.removesuffix("_id") for name in filled}
    found = []
    for field in FIELDS.values():
        theirs, own = field.shown(gone), field.shown(into)
        if theirs or own:
            found.append(Compared(field.label, theirs, own, theirs if field.key in names else own))
    return found


def _both(request: HttpRequest, pk: int, other: int) -> tuple[Person, Person]:
    one, two = answers.reading(request, pk), answers.reading(request, other)
    if one.pk == two.pk:
        raise Http404
    return one, two


def _name(request: HttpRequest, reference: str, person: Person) -> Any:
    return answers.sheet_of(request, person).name_of(reference)
