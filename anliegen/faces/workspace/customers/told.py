"""What somebody told us of themselves, noted and changed where it stands: facts, moments, consents."""

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.customers import answers
from anliegen.faces.workspace.customers.sheet import Sheet
from anliegen.faces.workspace.frame import actor_of
from anliegen.ground import clock
from anliegen.records.customers import actions, special
from anliegen.records.customers.models import (
    FACT_KINDS,
    MOMENT_KINDS,
    WAYS_TO_CONSENT,
    Category,
    Consent,
    Fact,
    Moment,
    Person,
)

KINDS: dict[str, type[Fact] | type[Moment]] = {"fact": Fact, "moment": Moment}
PARTS = {"fact": "facts", "moment": "moments"}
NO_DAY = gettext_lazy("Choose a day after today, at most ten years ahead.")


class DayField(forms.DateField):
    """A day as the browser sends it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.DateInput,
            input_formats=["%Y-%m-%d", "%d.%m.%Y"],
            error_messages={"invalid": gettext_lazy("This is no date."), "required": gettext_lazy("A day is needed.")},
            **options,
        )


class FactForm(forms.Form):
    """A fact in the words of whom it is about."""

    said = forms.CharField(
        label=gettext_lazy("In their words"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    category = forms.ModelChoiceField(label=gettext_lazy("Category"), queryset=Category.objects.none(), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Also as a value"), choices=FACT_KINDS, initial="text", required=False)
    value = forms.CharField(label=gettext_lazy("Value"), max_length=40, required=False)
    reason = forms.CharField(label=gettext_lazy("Why we keep it"), max_length=200)
    consent_way = forms.ChoiceField(label=gettext_lazy("Agreed"), choices=WAYS_TO_CONSENT, initial="written")
    consented_on = DayField(label=gettext_lazy("on"))
    expires_on = DayField(label=gettext_lazy("Goes on"), help_text=gettext_lazy("On this day it is removed by itself."))
    special = forms.ChoiceField(
        label=gettext_lazy("Before this is kept"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("explicit", gettext_lazy("They agreed explicitly that we keep exactly this.")),
            ("none", gettext_lazy("It only sounds like it: nothing of the kind is meant.")),
        ],
    )

    def __init__(self, sheet: Sheet, data: QueryDict | None = None, fact: Fact | None = None) -> None:
        initial: dict[str, Any] = {"consented_on": sheet.today, "expires_on": sheet.until}
        if fact is not None:
            initial = {name: getattr(fact, name) for name in self.base_fields if name != "special"}
        super().__init__(data, initial=initial, auto_id=f"fact{fact.pk if fact else ''}-%s")
        self.fact = fact
        self.kinds: list[Any] = []  # of special data, in words, when it was refused for that
        chooser = self.fields["category"]
        chooser.queryset = Category.objects.all()  # type: ignore[attr-defined]
        chooser.choices = [("", _("none")), *((one.pk, one.name) for one in sheet.categories)]  # type: ignore[attr-defined]

    def clean_consented_on(self) -> date:
        given: date = self.cleaned_data["consented_on"]
        if given > timezone.localtime(clock.now()).date():
            raise forms.ValidationError(_("This day has not come yet."))
        return given

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or "text"

    def wanted(self) -> dict[str, Any]:
        """What the actions take."""
        given = dict(self.cleaned_data)
        chosen = given.pop("special")
        agreed_before = self.fact is not None and self.fact.is_explicit
        return given | {"is_explicit": chosen == "explicit" or agreed_before, "is_harmless": chosen == "none"}

    def ask_for_consent(self, kinds: list[str]) -> None:
        self.kinds = [special.KINDS[kind] for kind in kinds]
        if kinds == [special.BY_CATEGORY]:
            self.fields["special"].choices = self.fields["special"].choices[:1]  # type: ignore[attr-defined]
        self.add_error("special", _("Please choose one of the two."))


class MomentForm(forms.Form):
    """Something in somebody's life that whoever answers should know."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=MOMENT_KINDS)
    words = forms.CharField(
        label=gettext_lazy("What to know"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("A sentence for colleagues. The person may read it one day."),
    )
    expires_on = DayField(label=gettext_lazy("Goes on"))

    def __init__(self, sheet: Sheet, data: QueryDict | None = None, moment: Moment | None = None) -> None:
        initial: dict[str, Any] = {"expires_on": sheet.moment_until}
        if moment is not None:
            initial = {name: getattr(moment, name) for name in self.base_fields}
        super().__init__(data, initial=initial, auto_id=f"moment{moment.pk if moment else ''}-%s")
        self.moment = moment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == "other" and not cleaned.get("words"):
            self.add_error("words", _("Please say what it is."))
        return cleaned


class ConsentForm(forms.Form):
    """What somebody agreed to."""

    scope = forms.CharField(label=gettext_lazy("What for"), max_length=120)
    wording = forms.CharField(
        label=gettext_lazy("The words they agreed to"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    way = forms.ChoiceField(label=gettext_lazy("Agreed"), choices=WAYS_TO_CONSENT, initial="written")
    given_on = DayField(label=gettext_lazy("on"))

    def __init__(self, sheet: Sheet, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"given_on": sheet.today}, auto_id="consent-%s")


@asks("customer.change")
def form(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """The empty form of a fact, a moment or a consent: fetched when somebody wants to note one, which few do."""
    sheet = answers.sheet_of(request, answers.reading(request, pk))
    return _form(request, sheet, what, _FORMS[what](sheet) if what in _FORMS else None)


@asks("customer.change")
@require_POST
def note(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Keep what was entered."""
    person = answers.reading(request, pk)
    sheet = answers.sheet_of(request, person)
    if what not in _FORMS:
        raise Http404
    given = _FORMS[what](sheet, request.POST)
    if given.is_valid():
        try:
            return _noted(request, person, sheet, what, given)
        except actions.NoDayToGo:
            given.add_error("expires_on", NO_DAY)
        except actions.NoValue:
            given.add_error("value", _("The value does not fit its kind: a number, a day as 2026-11-22, yes or no."))
        except actions.NeedsExplicitConsent as needed:
            _ask(given, needed.kinds)
    return _form(request, sheet, what, given)


@asks("customer.change")
def edit(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """A fact or a moment as a form, and what was entered into it."""
    told, person = _told(request, what, pk)
    sheet = answers.sheet_of(request, person)
    given = _bound(sheet, told, request.POST if request.method == "POST" else None)
    if request.method == "POST" and given.is_valid():
        try:
            return _edited(request, person, told, given)
        except actions.NoDayToGo:
            given.add_error("expires_on", NO_DAY)
        except actions.NoValue:
            given.add_error("value", _("The value does not fit its kind: a number, a day as 2026-11-22, yes or no."))
        except actions.NeedsExplicitConsent as needed:
            _ask(given, needed.kinds)
    return _form(request, sheet, what, given, told)


@asks("customer.change")
@require_POST
def change(request: HttpRequest, what: str, pk: int, deed: str) -> HttpResponse:
    """Remove a fact or a moment, put it back, or let it stay for longer."""
    told, person = _told(request, what, pk)
    actor, at = actor_of(request), clock.now()
    undo, fields, sentence = None, {}, ""
    if deed == "remove":
        actions.remove(told, actor=actor, at=at)
        undo, sentence = "restore", _("Removed. For an hour it can be put back.")
    elif deed == "restore":
        actions.restore(told, actor=actor, at=at)
        undo, sentence = "remove", _("It is there again.")
    elif deed == "renew":
        was = told.expires_on
        wanted = _day(request.POST.get("expires_on", "")) or answers.sheet_of(request, person).until
        undo, fields, sentence = "renew", {"expires_on": was.isoformat()}, _("It stays for longer.")
        try:
            actions.renew(told, expires_on=wanted, actor=actor, at=at)
        except actions.NoDayToGo:
            sentence = str(NO_DAY)
    else:
        raise Http404
    address = reverse("workspace:told", args=[what, pk, undo])
    return answers.answered(request, person, PARTS[what], sentence, undo=address, fields=fields)


@asks("customer.change")
@require_POST
def consent(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Withdraw a consent, or take the withdrawal back."""
    found = get_object_or_404(Consent, pk=pk)
    person = answers.reading(request, found.person_id)
    if deed not in ("withdraw", "restore"):
        raise Http404
    act = actions.withdraw_consent if deed == "withdraw" else actions.take_back_withdrawal
    act(found, actor=actor_of(request), at=clock.now())
    sentence = _("The consent is withdrawn.") if deed == "withdraw" else _("The consent counts again.")
    undo = reverse("workspace:consent", args=[pk, "restore" if deed == "withdraw" else "withdraw"])
    return answers.answered(request, person, "consents", sentence, undo=undo)


_FORMS: dict[str, type[FactForm] | type[MomentForm] | type[ConsentForm]] = {
    "fact": FactForm,
    "moment": MomentForm,
    "consent": ConsentForm,
}


def _noted(request: HttpRequest, person: Person, sheet: Sheet, what: str, given: Any) -> HttpResponse:
    actor, at, source = actor_of(request), clock.now(), answers.source_of(request, sheet)
    if what == "fact":
        kept: Fact | Moment | Consent = actions.note_fact(person, source=source, actor=actor, at=at, **given.wanted())
    elif what == "moment":
        kept = actions.note_moment(person, source=source, actor=actor, at=at, **given.cleaned_data)
    else:
        kept = actions.give_consent(person, source=source, actor=actor, at=at, **given.cleaned_data)
        undo = reverse("workspace:consent", args=[kept.pk, "withdraw"])
        return answers.answered(request, person, "consents", _("The consent is kept."), undo=undo)
    undo = reverse("workspace:told", args=[what, kept.pk, "remove"])
    return answers.answered(request, person, PARTS[what], _("It is kept."), undo=undo)


def _edited(request: HttpRequest, person: Person, told: Fact | Moment, given: Any) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    if isinstance(told, Fact):
        actions.change_fact(told, actor=actor, at=at, **given.wanted())
    else:
        actions.change_moment(told, actor=actor, at=at, **given.cleaned_data)
    return answers.answered(request, person, PARTS[str(told._meta.model_name)], _("The correction is kept."))


def _ask(given: Any, kinds: list[str]) -> None:
    """Only a fact can need explicit consent."""
    given.ask_for_consent(kinds)


def _bound(sheet: Sheet, told: Fact | Moment, data: QueryDict | None) -> FactForm | MomentForm:
    return FactForm(sheet, data, told) if isinstance(told, Fact) else MomentForm(sheet, data, told)


def _told(request: HttpRequest, what: str, pk: int) -> tuple[Fact | Moment, Person]:
    if what not in KINDS:
        raise Http404
    told: Any = get_object_or_404(KINDS[what], pk=pk)
    return told, answers.reading(request, told.person_id)


def _form(request: HttpRequest, sheet: Sheet, what: str, given: Any, told: Fact | Moment | None = None) -> HttpResponse:
    if given is None:
        raise Http404
    context = {"sheet": sheet, "form": given, "what": what, "part": PARTS.get(what, "consents"), "told": told}
    template = "told_form" if request.htmx else "told_page"  # type: ignore[attr-defined]
    response = page(request, f"workspace/customers/{template}.html", context, status=422 if given.errors else 200)
    if given.errors:  # the form is what is replaced, and not the part around it
        response.headers["HX-Retarget"] = f"#{what}{told.pk if told else ''}-form"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None
