"""What customers fill in. What is wrong is said in a sentence; what was typed stays."""

import re
import secrets
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anliegen.faces.portal.desks import Desk
from anliegen.flow.channels.form import Entry
from anliegen.flow.channels.incoming import IncomingAttachment

LONGEST_TEXT = 20_000
FEWEST_DIGITS = 5
UNDECIDED = gettext_lazy("Something else, or I am not sure")

ADDRESS_FORMS = [
    ("", gettext_lazy("not stated")),
    ("frau", pgettext_lazy("form of address", "Ms (Frau)")),
    ("herr", pgettext_lazy("form of address", "Mr (Herr)")),
    ("neutral", pgettext_lazy("form of address", "neutral, by my name")),
]


def nonce() -> str:
    """The chance of one filled-in page: sent twice, it is still one concern."""
    return secrets.token_hex(16)


def words_field(**options: Any) -> forms.CharField:
    """Its length is checked here, not by the browser, which would cut a pasted text without a word."""
    too_long = gettext_lazy("At most %(limit_value)d characters, please. A longer text can be sent as a file.")
    checks = [MaxLengthValidator(LONGEST_TEXT, message=too_long)]
    return forms.CharField(validators=checks, widget=forms.Textarea(attrs={"rows": options.pop("rows")}), **options)


def whole_address(given: str) -> None:
    """Says what is missing, not only that something is wrong."""
    try:
        validate_email(given)
    except forms.ValidationError:
        name, at, domain = given.rpartition("@")
        if not at:
            words = _("This is no complete e-mail address. It needs an @, such as name@example.org.")
        elif not domain:
            words = _(
                "This is no complete e-mail address. What stands behind the @ is missing, as in name@example.org."
            )
        elif name and "." not in domain.strip("."):
            words = _("This is no complete e-mail address. Its ending is missing, such as .de in name@example.de.")
        else:
            words = _("This is no e-mail address. One looks like name@example.org.")
        raise forms.ValidationError(words) from None


class AddressField(forms.EmailField):
    default_validators = (whole_address,)  # type: ignore[assignment]


class Said(forms.Form):
    """Words of a customer, with what keeps them from arriving twice."""

    nonce = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput, required=False)

    def entry(self, *, language: str, uploads: list[IncomingAttachment]) -> Entry:
        """Of a valid form."""
        return Entry(**self._fields_of_entry(), language=language, uploads=tuple(uploads))

    def _fields_of_entry(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"], "nonce": self.cleaned_data["nonce"] or nonce()}


class ReplyForm(Said):
    """The reply box of the status page."""

    text = words_field(
        label=gettext_lazy("Your message"),
        rows=5,
        error_messages={"required": gettext_lazy("Please write a few words.")},
    )


class ConcernForm(Said):
    """The contact form. One of mail address and telephone number is needed, and nothing else but the words."""

    desk = forms.ChoiceField(label=gettext_lazy("What is it about?"), required=False, widget=forms.RadioSelect)
    subject = forms.CharField(label=pgettext_lazy("of a concern", "Subject"), required=False, max_length=200)
    text = words_field(
        label=gettext_lazy("Your concern"),
        rows=7,
        help_text=gettext_lazy("Write as you would say it. A customer or meter number helps, if you have one at hand."),
        error_messages={"required": gettext_lazy("Please write what it is about.")},
    )
    email = AddressField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    given_name = forms.CharField(
        label=gettext_lazy("First name"),
        required=False,
        max_length=90,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=gettext_lazy("Last name"),
        required=False,
        max_length=90,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    address_form = forms.ChoiceField(
        label=gettext_lazy("How may we address you?"), required=False, choices=ADDRESS_FORMS, widget=forms.Select
    )
    # Seen by no person: programs that fill in everything give themselves away.
    fax_code = forms.CharField(required=False)

    def __init__(self, *args: Any, desks: list[Desk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if desks:
            choices = [(desk.key, desk.label) for desk in desks]
            self.fields["desk"].choices = [*choices, ("", UNDECIDED)]  # type: ignore[attr-defined]
        else:
            del self.fields["desk"]

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and (re.search(r"[A-Za-z@]", phone) or len(re.findall(r"\d", phone)) < FEWEST_DIGITS):
            raise forms.ValidationError(_("This is no telephone number. It needs digits, such as 030 123456."))
        return phone

    def clean(self) -> None:
        if self.cleaned_data.get("fax_code"):
            raise forms.ValidationError(
                _("A field that only programs see was filled in. We have emptied it; please send the form once more.")
            )
        said_how = (
            {"email", "phone"} & self.errors.keys() or self.cleaned_data.get("email") or self.cleaned_data.get("phone")
        )
        if not said_how:
            self.add_error(
                "email", _("Please give an e-mail address or a telephone number, so that we can answer you.")
            )

    def _fields_of_entry(self) -> dict[str, Any]:
        names = ("subject", "given_name", "family_name", "address_form", "email", "phone")
        stated = {name: " ".join(self.cleaned_data[name].split()) for name in names}
        return super()._fields_of_entry() | stated


class LinkForm(forms.Form):
    """Number and mail address, for a new link to the status page."""

    number = forms.CharField(
        label=gettext_lazy("Number of your concern"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please give the number. It stands in every mail from us.")},
    )
    email = AddressField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        help_text=gettext_lazy("The one you used when you wrote to us."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Please give the e-mail address that you used."),
        },
    )

    def clean_number(self) -> int:
        """`#4711`, `Nr. 4711` and `[#4711]` mean 4711."""
        digits = "".join(re.findall(r"\d", self.cleaned_data["number"]))
        if not digits or int(digits) >= 2**63:
            raise forms.ValidationError(_("The number consists of digits, such as 10234."))
        return int(digits)


class OutcomeForm(forms.Form):
    """Is it settled? The customer's judgement."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Is your concern settled?"),
        choices=[
            ("fulfilled", gettext_lazy("Yes, it is settled")),
            ("partly", gettext_lazy("Partly")),
            ("not_fulfilled", gettext_lazy("No, it is not settled")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one of the three answers.")},
    )
    words = words_field(
        label=gettext_lazy("In your own words"),
        required=False,
        rows=3,
        help_text=gettext_lazy(
            "What is missing, or what was good? If something is missing, a person reads it and answers."
        ),
    )
