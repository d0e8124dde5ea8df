"""The organisation that runs this instance, and its way to a person."""

from typing import Any

from babel import Locale
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.foreseen import lines
from anliegen.faces.workspace.settings.foreseen.operator import of_operator
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, show
from anliegen.faces.workspace.settings.reach import ReachForm
from anliegen.ground import clock
from anliegen.ground.text import sort_key
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Operator
from anliegen.records.accounts.queries import the_operator

FIRST_COUNTRIES = ("DE", "AT", "CH", "LI", "LU", "BE")
LONGEST_REOPENING = 365


class OperatorForm(ReachForm):
    """Insists on a way to a person: every page and mail shows it."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    undo_seconds = forms.IntegerField(
        label=gettext_lazy("Seconds to undo sending"),
        min_value=10,
        max_value=30,
        help_text=gettext_lazy("An answer waits this long before it leaves, and can be called back: 10 to 30."),
    )
    reopen_days = forms.IntegerField(
        label=gettext_lazy("Days in which a reply reopens"),
        min_value=0,
        max_value=LONGEST_REOPENING,
        help_text=gettext_lazy("A reply to a concern that was resolved longer ago opens a new one, linked with it."),
    )
    acknowledges = forms.BooleanField(
        label=gettext_lazy("Acknowledge each new concern"),
        required=False,
        help_text=gettext_lazy(
            "With its number, the team, and the time it will probably take. Automatic mails get no acknowledgement."
        ),
    )

    sends_per_minute = forms.IntegerField(
        label=gettext_lazy("Mails a minute to one mail domain"),
        min_value=1,
        max_value=10_000,
        help_text=gettext_lazy(
            "Large providers turn away who sends faster than they like. The others wait their turn."
        ),
    )
    sends_at_once = forms.IntegerField(
        label=gettext_lazy("Mails at once to the mail server"),
        min_value=1,
        max_value=50,
        help_text=gettext_lazy("So many connections with your mail server at once, of all workers together."),
    )
    works_council = forms.BooleanField(
        label=gettext_lazy("Works-council mode"),
        required=False,
        help_text=gettext_lazy(
            "No figure about a single colleague anywhere, no ranking, and none about a group of fewer than five."
        ),
    )

    class Meta:
        model = Operator
        fields = (
            *("name", "street", "postcode", "city", "country", "website", "default_language"),
            *("phone", "callback_address", "undo_seconds", "reopen_days", "acknowledges"),
            *("quotes", "sends_per_minute", "sends_at_once", "works_council"),
        )
        labels = {
            "name": gettext_lazy("Name of the organisation"),
            "quotes": gettext_lazy("What an answer quotes"),
            "default_language": gettext_lazy("Language when a customer's is unknown"),
            "postcode": gettext_lazy("Postcode"),
            "city": gettext_lazy("City"),
            "street": gettext_lazy("Street and number"),
        }
        help_texts = {"quotes": gettext_lazy("Only what everybody who gets the answer has had already. Never a note.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        unread = {"phone", "callback_address"} & set(self.errors)
        if not unread and not cleaned.get("phone") and not cleaned.get("callback_address"):
            self.add_error(
                "phone",
                _("Give a phone number or an address for callbacks: every page and mail shows the way to a person."),
            )
        return cleaned


def countries() -> list[tuple[str, str]]:
    """Country codes with their names in the active language; the neighbours of German first."""
    names = Locale.parse(translation.get_language() or "de", sep="-").territories
    known = {code: name for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY}
    first = [(code, known.pop(code)) for code in FIRST_COUNTRIES]
    return [*first, *sorted(known.items(), key=lambda item: sort_key(item[1]))]


# Codes of the list that name no country: unions, unknown regions, pseudo locales.
NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def operator(request: HttpRequest) -> HttpResponse:
    form = OperatorForm(posted(request), instance=the_operator())
    if lines.wants_preview(request):
        return lines.shown(request, "operator", form, lambda: _foreseen(request, form), place="operator")
    if form.is_valid():
        accounts.change(the_operator(), actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("Your organisation's details are saved."), "operator")
    return show(request, "operator", {"form": form}, place="operator")


def _foreseen(request: HttpRequest, form: OperatorForm) -> list[lines.Line]:
    return of_operator(form.values(), actor=actor_of(request), at=clock.now())
