"""The fields of a person that are changed in place: labels, and what may stand in them."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from anliegen.records.accounts.models.operator import LANGUAGES
from anliegen.records.customers.models import CONTACT_WAYS, Person

Choices = list[tuple[str, Any]]
# In the words of the portal: whoever reads English knows no "Herr".
ADDRESS_FORMS: tuple[tuple[str, str | Promise], ...] = (
    ("", gettext_lazy("not stated")),
    ("frau", pgettext_lazy("form of address", "Ms (Frau)")),
    ("herr", pgettext_lazy("form of address", "Mr (Herr)")),
    ("neutral", gettext_lazy("neutral")),
)


@dataclass(frozen=True)
class Field:
    """A field: its column, its label, and what may be chosen or how long it may be."""

    key: str
    label: str | Promise
    longest: int = 200
    choices: tuple[tuple[str, str | Promise], ...] = ()
    hint: str | Promise = ""

    def value(self, person: Person) -> str:
        """As the form sends it."""
        if self.key == "organisation":
            return person.organisation.name if person.organisation else ""
        return str(getattr(person, self.key))

    def shown(self, person: Person) -> str:
        """As people read it; empty for nothing."""
        value = self.value(person)
        return str(dict(self.choices).get(value, value)) if value or not self.choices else ""

    def options(self, person: Person) -> Choices:
        """With what a mail said that is no choice of ours, such as a language."""
        value = self.value(person)
        return [*self.choices, *([(value, value)] if value not in dict(self.choices) else [])]


_ONLY_STATED = gettext_lazy("Only what the person told us.")
FIELDS = {
    field.key: field
    for field in (
        Field("name", gettext_lazy("Name")),
        Field("address_form", gettext_lazy("Form of address"), choices=ADDRESS_FORMS, hint=_ONLY_STATED),
        Field("title", gettext_lazy("Title"), 40),
        Field("given_name", gettext_lazy("Given name"), 100),
        Field("family_name", gettext_lazy("Family name"), 100),
        Field("language", gettext_lazy("Language"), choices=(("", gettext_lazy("not stated")), *LANGUAGES)),
        Field("organisation", gettext_lazy("Organisation")),
        Field("contact_way", gettext_lazy("Prefers contact"), choices=tuple(CONTACT_WAYS), hint=_ONLY_STATED),
        Field("contact_times", gettext_lazy("Good times"), hint=gettext_lazy("In their words, such as “after 5 pm”.")),
        Field("street", gettext_lazy("Street and number")),
        Field("postcode", gettext_lazy("Postcode"), 12),
        Field("city", gettext_lazy("City"), 120),
    )
}
