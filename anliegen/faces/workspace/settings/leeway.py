"""The leeway of each role, and the kinds of concessions; each change with what it would have meant before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.numbers import money
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import SettingForm, by_name
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, refused, show
from anliegen.ground import clock
from anliegen.ground.money import cents_of
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts import leeway as arithmetic
from anliegen.records.accounts.frames import limits_of, set_frames
from anliegen.records.accounts.leeway import Limit
from anliegen.records.accounts.models import PERIODS, ConcessionKind, Operator, Role
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import leeway

CURRENCIES = ("EUR", "CHF")
MOST_LISTED = 20


class TimeForm(SettingForm):
    approval_days = forms.IntegerField(
        label=gettext_lazy("Working days for a decision"),
        min_value=1,
        max_value=20,
        help_text=gettext_lazy("After that the next person who may decide is asked, and told so."),
    )

    class Meta:
        model = Operator
        fields = ("approval_days",)


class KindForm(SettingForm):
    class Meta:
        model = ConcessionKind
        fields = ("name", "proposal", "proposal_en", "is_active")
        labels = {
            "name": gettext_lazy("Name"),
            "proposal": gettext_lazy("Proposal for the answer"),
            "proposal_en": gettext_lazy("Proposal in English"),
            "is_active": gettext_lazy("In use"),
        }
        widgets = {
            "proposal": forms.Textarea(attrs={"rows": 2}),
            "proposal_en": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {"proposal": gettext_lazy("{amount} stands for what is given.")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if name := cleaned.get("name"):
            self.insist_on_one("name", _("There is a kind of this name already."), name__iexact=name)
        return cleaned


@dataclass(frozen=True)
class Cell:
    """One amount of the table: its field, and what it is about in words."""

    field: forms.BoundField
    label: str


class FramesForm(forms.Form):
    """A table of amounts: all kinds together and each kind, by period. Empty: no frame."""

    def __init__(self, role: Role, currency: str, data: QueryDict | None = None) -> None:
        self.role, self.currency = role, currency
        self.kinds = [None, *ConcessionKind.objects.filter(is_active=True).order_by("pk")]
        present = {(one.kind, one.period): one.cents for one in limits_of(role) if one.currency == currency}
        super().__init__(data)
        for kind in self.kinds:
            for period, _word in PERIODS:
                cents = present.get((kind.pk if kind else None, period))
                shown = money(cents, currency, language="de").rpartition("\u00a0")[0] if cents is not None else ""
                self.fields[_name(kind, period)] = forms.CharField(
                    required=False, max_length=20, initial=shown, widget=forms.TextInput(attrs={"inputmode": "decimal"})
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, written in list(cleaned.items()):
            if written.strip() in ("0", "0,00", "0.00"):
                cleaned[name] = 0
            elif written.strip() and (cents := cents_of(written)) is not None:
                cleaned[name] = cents
            elif written.strip():
                self.add_error(name, _("This is no amount. Write it as 25 or 25,50."))
            else:
                cleaned[name] = None
        return cleaned

    def limits(self) -> list[Limit]:
        """The frames as entered, with those of other currencies as they are."""
        kept = [one for one in limits_of(self.role) if one.currency != self.currency]
        entered = [
            Limit(period, cents, self.currency, kind.pk if kind else None)
            for kind in self.kinds
            for period, _word in PERIODS
            if (cents := self.cleaned_data[_name(kind, period)]) is not None
        ]
        return [*kept, *entered]

    def table(self) -> Iterator[tuple[str | Promise, list[Cell]]]:
        for kind in self.kinds:
            name = kind.name if kind else _("All kinds together")
            yield name, [Cell(self[_name(kind, period)], f"{name}, {word}") for period, word in PERIODS]


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def frames(request: HttpRequest) -> HttpResponse:
    """All roles with what they may give, the kinds, and the time for a decision."""
    form = TimeForm(posted(request), instance=the_operator())
    if form.is_valid():
        accounts.change(the_operator(), actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The time is saved."), "leeway")
    rows = [(role, _in_words(role)) for role in by_name(Role.objects.all())]
    kinds = ConcessionKind.objects.order_by("-is_active", "pk")
    return show(request, "leeway", {"form": form, "rows": rows, "kinds": kinds}, place="leeway")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def frames_of(request: HttpRequest, pk: int) -> HttpResponse:
    """What a role may give. `preview` shows what other amounts would have meant, and saves nothing."""
    role, currency = get_object_or_404(Role, pk=pk), _currency(request)
    form = FramesForm(role, currency, posted(request))
    preview = None
    if form.is_valid():
        if "preview" not in request.POST:
            set_frames(role, form.limits(), actor=actor_of(request), at=clock.now())
            return done(request, _("The leeway of %(name)s is saved.") % {"name": role.name}, "leeway")
        preview = _preview(role, form.limits())
    context = {
        "form": form,
        "role": role,
        "periods": [word for _code, word in PERIODS],
        "table": list(form.table()),
        "currency": currency,
        "currencies": CURRENCIES,
        "preview": preview,
    }
    return show(request, "leeway_role", context, place="leeway", block="preview")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_kind(request: HttpRequest) -> HttpResponse:
    form = KindForm(posted(request), initial={"is_active": True})
    if form.is_valid():
        kind = accounts.create(ConcessionKind, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The kind %(name)s is created.") % {"name": kind.name}, "leeway")
    return show(request, "concession_kind", {"form": form, "kind": None}, place="leeway")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def kind(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(ConcessionKind, pk=pk)
    form = KindForm(posted(request), instance=row)
    if form.is_valid():
        accounts.change(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The kind %(name)s is saved.") % {"name": form.cleaned_data["name"]}, "leeway")
    kept = ConcessionKind.objects.get(pk=pk)
    return show(request, "concession_kind", {"form": form, "kind": kept}, place="leeway")


@asks("settings.manage")
@require_POST
def delete_kind(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(ConcessionKind, pk=pk)
    try:
        accounts.delete(row, actor=actor_of(request), at=clock.now())
    except ProtectedError:
        words = _("%(name)s cannot be deleted, because something was given so. Take it out of use instead.")
        return refused(request, words % {"name": row.name}, "concession-kind", pk)
    return done(request, _("The kind %(name)s is deleted.") % {"name": row.name}, "leeway")


@dataclass(frozen=True)
class Preview:
    """What would have needed approval, of how many. Concerns and amounts; never who asked."""

    needed: list[arithmetic.Past]
    of: int
    kinds: dict[int, str]

    @property
    def listed(self) -> list[arithmetic.Past]:
        return self.needed[-MOST_LISTED:]


def _preview(role: Role, limits: list[Limit]) -> Preview:
    now = clock.now()
    past = [one for one in leeway.past(now) if one.role == role.pk]
    everybody = leeway.past(now)
    all_limits = {one.pk: limits_of(one) for one in Role.objects.all()} | {role.pk: limits}
    zone = timezone.get_default_timezone_name()
    needed = [one for one in arithmetic.would_have_needed(everybody, all_limits, zone=zone) if one.role == role.pk]
    return Preview(needed, len(past), dict(ConcessionKind.objects.values_list("pk", "name")))


def _in_words(role: Role) -> list[str]:
    names, words = dict(ConcessionKind.objects.values_list("pk", "name")), dict(PERIODS)
    return [
        f"{money(one.cents, one.currency)} {words[one.period]}" + (f" ({names[one.kind]})" if one.kind else "")
        for one in limits_of(role)
    ]


def _currency(request: HttpRequest) -> str:
    asked = request.POST.get("currency") or request.GET.get("currency") or CURRENCIES[0]
    return asked if asked in CURRENCIES else CURRENCIES[0]


def _name(kind: ConcessionKind | None, period: str) -> str:
    return f"{kind.pk if kind else 'all'}-{period}"
