"""The people who turn to the operator, and the organisations they speak for."""

from typing import ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anliegen.ground.search.beginnings import words_of

ADDRESS_FORMS = [
    ("", _("not stated")),
    ("frau", _("Frau")),
    ("herr", _("Herr")),
    ("neutral", _("neutral")),
]
ADDRESS_KINDS = [("email", _("e-mail")), ("phone", _("telephone"))]
CONTACT_WAYS = [
    ("", _("not stated")),
    ("email", _("by e-mail")),
    ("phone", pgettext_lazy("way of contact", "by telephone")),
    ("letter", _("by letter")),
    ("chat", _("in the chat")),
]


class Organisation(models.Model):
    """A company, authority or association that people write for."""

    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(_("mail domain"), max_length=190, blank=True)
    folded = models.CharField(max_length=200, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("organisation")
        indexes: ClassVar = [
            models.Index(fields=["folded", "id"], name="customers_organisation_folded"),
            GinIndex(words_of("folded"), name="customers_organisation_words"),
        ]
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
    # How and when they want to be reached, as they told us.
    contact_way = models.CharField(
        _("preferred way of contact"), max_length=10, choices=CONTACT_WAYS, blank=True, default="", db_default=""
    )
    contact_times = models.CharField(_("good times"), max_length=200, blank=True, default="", db_default="")
    street = models.CharField(_("street and number"), max_length=200, blank=True, default="", db_default="")
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="", db_default="")
    city = models.CharField(_("city"), max_length=120, blank=True, default="", db_default="")
    # Since when they want nothing of theirs handled by automation; whoever asks for that has no disadvantage by it.
    by_hand_since = models.DateTimeField(null=True)
    # Found to be the same person as another, who is carried on: see `Merge`.
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="took_in", db_index=False)
    created_at = models.DateTimeField()

    is_hidden = False  # see `by_number`

    class Meta:
        verbose_name = _("customer")
        indexes: ClassVar = [
            models.Index(fields=["folded", "id"], name="customers_person_folded"),
            GinIndex(words_of("folded"), name="customers_person_words"),
            models.Index(
                fields=["merged_into"], name="customers_person_merged", condition=Q(merged_into__isnull=False)
            ),
            models.Index(fields=["street", "postcode"], name="customers_person_street", condition=~Q(street="")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="customers_person_contact_way", condition=Q(contact_way__in=[way for way, _word in CONTACT_WAYS])
            ),
            models.CheckConstraint(
                name="customers_person_not_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
            ),
        ]

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
    """A way to reach a person. A person may have any number; an address belongs to one person.

    One that is no longer valid stays, so that a mail from it still finds its person.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=10, choices=ADDRESS_KINDS)
    value = models.CharField(_("address"), max_length=320)
    folded = models.CharField(max_length=320, editable=False)
    created_at = models.DateTimeField()
    is_preferred = models.BooleanField(default=False, db_default=False)
    ended_at = models.DateTimeField(null=True)  # since when we know that it reaches them no more
    # The last time that a mail to it came back, and why, as a code: "5.1.1". Forgotten when one arrives.
    bounced_at = models.DateTimeField(null=True)
    bounce_code = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("address")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "kind"], name="customers_address_one_preferred", condition=Q(is_preferred=True)
            ),
            models.CheckConstraint(
                name="customers_address_ended_is_not_preferred",
                condition=Q(ended_at__isnull=True) | Q(is_preferred=False),
            ),
            models.CheckConstraint(
                name="customers_address_bounce_says_when",
                condition=Q(bounced_at__isnull=True, bounce_code="") | Q(bounced_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["kind", "folded"], name="customers_address_once"),
            models.CheckConstraint(name="customers_address_kind", condition=Q(kind__in=["email", "phone"])),
            models.CheckConstraint(name="customers_address_not_empty", condition=~Q(folded="")),
        ]

    def __str__(self) -> str:
        return self.value
