"""The people who turn to the operator, and the organisations they speak for."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

ADDRESS_FORMS = [
    ("", _("not stated")),
    ("frau", _("Frau")),
    ("herr", _("Herr")),
    ("neutral", _("neutral")),
]
ADDRESS_KINDS = [("email", _("e-mail")), ("phone", _("telephone"))]


class Organisation(models.Model):
    """A company, authority or association that people write for."""

    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(_("mail domain"), max_length=190, blank=True)
    folded = models.CharField(max_length=200, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("organisation")
        indexes: ClassVar = [models.Index(fields=["folded", "id"], name="customers_organisation_folded")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="customers_organisation_domain_once", fields=["domain"], condition=~Q(domain="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody with a concern. The form of address is what they told us, or empty: it is never guessed."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=40, blank=True)
    address_form = models.CharField(_("form of address"), max_length=10, choices=ADDRESS_FORMS, blank=True, default="")
    language = models.CharField(_("language"), max_length=8, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="people"
    )
    folded = models.CharField(max_length=200, editable=False, default="")
    created_at = models.DateTimeField()

    is_hidden = False  # see `by_number`

    class Meta:
        verbose_name = _("customer")
        indexes: ClassVar = [models.Index(fields=["folded", "id"], name="customers_person_folded")]

    def __str__(self) -> str:
        if self.is_hidden:
            return gettext("Customer %(number)s") % {"number": self.pk}
        return self.name or str(_("no name given"))

    def by_number(self) -> Self:
        """The same person with nothing known of them but the number, for those who may not read more."""
        hidden = type(self)(pk=self.pk)
        hidden.is_hidden = True
        return hidden


class Address(models.Model):
    """A way to reach a person. A person may have any number; an address belongs to one person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=10, choices=ADDRESS_KINDS)
    value = models.CharField(_("address"), max_length=320)
    folded = models.CharField(max_length=320, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("address")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "folded"], name="customers_address_once"),
            models.CheckConstraint(name="customers_address_kind", condition=Q(kind__in=["email", "phone"])),
            models.CheckConstraint(name="customers_address_not_empty", condition=~Q(folded="")),
        ]

    def __str__(self) -> str:
        return self.value
