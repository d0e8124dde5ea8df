"""The form of an AI provider: what the register must know of it, and how it is reached."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import localize_input
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anliegen.faces.workspace.settings.forms import SettingForm, choosable_agents, offer
from anliegen.flow.assist import register
from anliegen.flow.assist.models import DATA_CLASSES, DEEDS, MOST_SECONDS, NEEDED, Provider
from anliegen.ground.egress.errors import Refused
from anliegen.ground.journal.record import pk_of, ref
from anliegen.records.accounts.models import Agent


class ProviderForm(SettingForm):
    needed_later = dict.fromkeys(NEEDED, gettext_lazy("needed to switch it on"))
    key = forms.CharField(
        label=gettext_lazy("Key"),
        required=False,
        strip=True,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    deeds = forms.MultipleChoiceField(
        label=gettext_lazy("May be asked to"), choices=DEEDS, widget=forms.CheckboxSelectMultiple
    )
    data_classes = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of words that may go there"),
        choices=DATA_CLASSES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Names, addresses and numbers are replaced in all of them before they leave. What is not ticked stays here."
        ),
    )
    responsible = forms.ModelChoiceField(
        label=gettext_lazy("Responsible person"),
        queryset=Agent.objects.none(),
        required=False,
        help_text=gettext_lazy("Answers for asking this provider, and is told when the budget is used up."),
    )
    budget = forms.DecimalField(
        label=gettext_lazy("Budget a month in euros"),
        min_value=Decimal(0),
        max_value=Decimal(1_000_000),
        decimal_places=2,
        initial=Decimal(0),
        localize=True,
        help_text=gettext_lazy("Never more: before each question the most it can cost is held back."),
    )

    class Meta:
        model = Provider
        fields = (
            "name",
            "address",
            "model",
            "allow_private",
            "deeds",
            "data_classes",
            "purpose",
            "jurisdiction",
            "contract",
            "contract_on",
            "responsible",
            "price_in",
            "price_out",
            "timeout_s",
        )
        labels = {
            "name": gettext_lazy("Name"),
            "address": gettext_lazy("Address"),
            "model": pgettext_lazy("AI provider", "Model"),
            "allow_private": gettext_lazy("The server is in our own network"),
            "purpose": gettext_lazy("Purpose"),
            "jurisdiction": gettext_lazy("Where it runs, and whose law applies"),
            "contract": gettext_lazy("Contract"),
            "contract_on": gettext_lazy("Day of the contract"),
            "price_in": gettext_lazy("Cents for 1,000 tokens of a question"),
            "price_out": gettext_lazy("Cents for 1,000 tokens of an answer"),
            "timeout_s": gettext_lazy("Time limit in seconds"),
        }
        help_texts = {
            "address": gettext_lazy(
                "The base of an interface as OpenAI's, for example http://127.0.0.1:11434/v1 for Ollama on this"
                " machine. It is entered in the register of outgoing connections."
            ),
            "allow_private": gettext_lazy(
                "Connections into the own network are refused unless they are allowed here. Without encryption (http)"
                " only there."
            ),
            "purpose": gettext_lazy("What it is asked for, in a sentence a customer understands."),
            "contract": gettext_lazy("Which one, and where it lies. For an own server: who runs it."),
        }
        localized_fields = ("price_in", "price_out")
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: Provider = self.instance
        chosen = pk_of(row.responsible) if row.responsible else None
        offer(self, "responsible", choosable_agents(chosen), nothing=_("nobody"))
        self.initial["responsible"] = chosen
        self.initial["budget"] = _written(Decimal(row.budget_cents) / 100)
        for name in ("price_in", "price_out"):
            self.initial[name] = _written(getattr(row, name))
        self.fields["timeout_s"].widget.attrs["max"] = MOST_SECONDS
        if row.pk and bytes(row.key):
            self.fields["key"].help_text = _("One is kept. Empty: it stays.")
        else:
            self.fields["key"].help_text = _("Empty where the server asks for none.")

    def clean_address(self) -> str:
        try:
            register.target(self.cleaned_data["address"].strip())
        except Refused:
            raise ValidationError(_("This is no address; one looks like https://ai.example.org/v1.")) from None
        return str(self.cleaned_data["address"]).strip().rstrip("/")

    def clean_responsible(self) -> str:
        chosen = self.cleaned_data["responsible"]
        return ref(chosen) if chosen else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("address", "").startswith("http:") and not cleaned.get("allow_private"):
            self.add_error("address", _("Without encryption words could be read on the way. Use https."))
        return cleaned

    def validate_constraints(self) -> None:
        """The action says it in words."""

    def values(self) -> dict[str, Any]:
        cents = int(self.cleaned_data["budget"] * 100)
        return super().values() | {"key": self.cleaned_data["key"], "budget_cents": cents}


def _written(amount: Decimal) -> str:
    """As people here write it, without zeros that say nothing: 0,05."""
    return str(localize_input(Decimal(f"{amount.normalize():f}")))
