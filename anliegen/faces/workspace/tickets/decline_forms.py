"""What is asked of whoever says no, and the letter that is made of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.flow.channels import refusal
from anliegen.ground import clock
from anliegen.records.accounts.models import Operator, Recourse
from anliegen.records.tickets.content import Declined
from anliegen.records.tickets.models import SCOPES, Refusal, Ticket

OBJECT_WITHIN = timedelta(days=28)  # proposed; what the law or a contract says goes before


def _words(label: Any, hint: Any, *, rows: int = 3, longest: int = 5000) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}))


class FactsForm(forms.Form):
    """What the letter is made of, in the customer's language."""

    request = _words(
        gettext_lazy("What was asked for"),
        gettext_lazy("In a few words, as the customer put it."),
        rows=2,
        longest=500,
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What is declined"), choices=SCOPES, widget=forms.RadioSelect, initial="whole"
    )
    decision = _words(
        gettext_lazy("The decision"),
        gettext_lazy("In one clear sentence, with what is granted where it is declined in part only."),
        rows=2,
    )
    reason = _words(
        gettext_lazy("The reason"), gettext_lazy("As you would tell it on the telephone: what it was that decided.")
    )
    rule = _words(
        gettext_lazy("The rule"),
        gettext_lazy("The law, the clause of the contract or the tariff, with its number, and what it says."),
        rows=2,
    )
    alternatives = _words(
        gettext_lazy("What is possible instead"),
        gettext_lazy("At least one thing the customer can do or choose. If there is really none, say why."),
    )
    object_until = forms.DateField(
        label=gettext_lazy("Objection until"),
        required=False,
        help_text=gettext_lazy("The last day. Empty where there is no period."),
    )
    recourse = forms.ModelChoiceField(
        label=gettext_lazy("Next instance"),
        queryset=Recourse.objects.none(),
        required=False,
        empty_label=gettext_lazy("the lead of the team"),
        help_text=gettext_lazy("Who decides when the customer does not accept our answer to the objection."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, ticket: Ticket, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        known = Recourse.objects.filter(Q(brand=None) | Q(brand=ticket.brand_id), is_active=True)
        self.fields["recourse"].queryset = known.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean_object_until(self) -> date | None:
        until: date | None = self.cleaned_data["object_until"]
        if until is not None and until <= timezone.localdate(clock.now()):
            raise ValidationError(_("This day has passed already: nobody could object."))
        return until

    def letter(self, ticket: Ticket, operator: Operator) -> str:
        """The letter made of what was filled in."""
        given = self.cleaned_data
        parts = {name: given[name] for name in ("decision", "reason", "rule", "alternatives")}
        parts["objection"] = refusal.objection(ticket, operator, ticket.brand, given["object_until"])
        parts["next_instance"] = refusal.next_instance(ticket, operator, given["recourse"])
        return refusal.letter(ticket, operator, parts, request=given["request"])

    def declined(self, text: str) -> Declined:
        """What is kept of it: the parts as they stand in the letter that goes out."""
        given = self.cleaned_data
        return Declined(
            scope=given["scope"],
            request=given["request"],
            object_until=given["object_until"],
            recourse=given["recourse"],
            **refusal.parts_in(text),
        )


class LetterForm(forms.Form):
    """The letter, as somebody changed it. What is missing is said in words, and keeps it in the house."""

    text = forms.CharField(
        label=gettext_lazy("The letter"), strip=False, max_length=200_000, widget=forms.Textarea(attrs={"rows": 26})
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if lost := refusal.missing(text):
            raise ValidationError(missing_in_words(lost))
        return text


def missing_in_words(lost: list[str]) -> str:
    names = [str(refusal.NAMES[key]) for key in lost]
    return _(
        "This is still missing in the letter: %(names)s. Each has its heading, and something stands under it; only then"
        " can the customer go on with a no."
    ) % {"names": ", ".join(names)}


def carried(text: str) -> list[tuple[str, str, bool]]:
    """(name, heading, whether it is there) of what belongs to a no."""
    lost = refusal.missing(text)
    return [(str(refusal.NAMES[key]), str(refusal.HEADINGS[key]), key not in lost) for key in refusal.HEADINGS]


def begun(ticket: Ticket, seen: int) -> dict[str, Any]:
    """What the form starts with: the ticket, or the letter that was taken back last."""
    until = timezone.localdate(clock.now()) + OBJECT_WITHIN
    fresh: Mapping[str, Any] = {"request": ticket.subject, "object_until": until}
    kept = Refusal.objects.filter(message__ticket=ticket, message__state="cancelled").order_by("-pk").first()
    if kept is not None:
        names = ("request", "scope", "decision", "reason", "rule", "alternatives", "object_until")
        fresh = {name: getattr(kept, name) for name in names} | {"recourse": kept.recourse_id}
    return {"version": ticket.version, "seen": seen, **fresh}


def belongs_there(form: forms.Form) -> bool:
    """Whether an ordinary answer is a letter that declines: here nothing would keep it whole, nor record it."""
    if not refusal.is_one(form.cleaned_data["text"]):
        return False
    form.add_error("text", _("This is a refusal. Send it by “Decline”: there it is made sure that nothing is missing."))
    return True
