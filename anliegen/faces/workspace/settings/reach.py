"""The way to a person, as the organisation and its brands state it."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.faces.workspace.settings.forms import SettingForm
from anliegen.ground.phone import is_number


class ReachForm(SettingForm):
    """A number that can be dialled, and an address at which a callback can be asked for. Both may be empty."""

    phone = forms.CharField(
        label=gettext_lazy("Phone number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    callback_address = forms.CharField(
        label=gettext_lazy("Address for callbacks"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("An e-mail address, or the address of a page on which a callback can be arranged."),
    )

    def clean_phone(self) -> str:
        given: str = self.cleaned_data["phone"].strip()
        if given and not is_number(given):
            raise ValidationError(
                _("Nobody can dial this: a number has at least 3 digits and no letters, such as 030 23125-100.")
            )
        return given

    def clean_callback_address(self) -> str:
        given: str = self.cleaned_data["callback_address"].strip()
        if not given:
            return ""
        check = URLValidator(["https", "http"]) if "://" in given else EmailValidator()
        try:
            check(given)
        except ValidationError:
            raise ValidationError(
                _("Neither an e-mail address nor a web address; one looks like callback@example.org.")
            ) from None
        return given
