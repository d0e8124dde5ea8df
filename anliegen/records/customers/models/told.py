"""What people told us of themselves: facts in their own words, consents, and moments of their lives.

Nothing here is guessed or derived. Each row says who noted it and, where it is known, from which message; facts and
moments never stay without a day on which they go.
"""

from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.customers.models.people import Person

FACT_KINDS = [
    ("text", _("their words alone")),
    ("number", _("a number")),
    ("date", _("a date")),
    ("flag", _("yes or no")),
]
WAYS_TO_CONSENT = [
    ("written", _("in writing")),
    ("spoken", _("on the telephone")),
    ("form", _("in a form")),
    ("in_person", _("in person")),
]
MOMENT_KINDS = [
    ("bereavement", _("Bereavement")),
    ("illness", _("Illness")),
    ("damage", _("Damage or accident")),
    ("birth", _("Birth")),
    ("wedding", _("Wedding")),
    ("separation", _("Separation")),
    ("move", _("Move")),
    ("new_work", _("New work")),
    ("retirement", _("Retirement")),
    ("anniversary", _("Anniversary with us")),
    ("last_payment", _("Last payment")),
    ("other", _("Something else")),
]
KNOWN_WAYS = [way for way, _word in WAYS_TO_CONSENT]


class Category(models.Model):
    """A kind of fact that the operator keeps, and how long. `is_special`: of Art. 9 GDPR, health for one."""

    name = models.CharField(_("name"), max_length=80)
    keeps_days = models.PositiveSmallIntegerField(_("days until it is removed"), default=365)
    is_special = models.BooleanField(_("special category (Art. 9 GDPR)"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("category of facts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="customers_category_name_once"),
            models.CheckConstraint(
                name="customers_category_keeps_for_a_while", condition=Q(keeps_days__gte=1, keeps_days__lte=3650)
            ),
        ]

    def __str__(self) -> str:
        return self.name


T = TypeVar("T", bound=models.Model)


class ToldQuerySet(models.QuerySet[T]):
    def kept(self) -> Self:
        """Without what was just removed and can still be put back."""
        return self.filter(removed_at=None)


class Told(models.Model):
    """What somebody told us, who noted it (`agent:4`), and from which message (`message:12`, or nothing)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="%(class)ss", db_index=False)
    noted_by = models.CharField(max_length=60)
    noted_at = models.DateTimeField()
    source = models.CharField(max_length=40, blank=True)
    expires_on = models.DateField(_("stays until"))
    removed_at = models.DateTimeField(null=True)  # gone for everybody; for an hour it can be put back

    class Meta:
        abstract = True


class Fact(Told):
    """Something about themselves, in their own words, with the reason for which they let us keep it."""

    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    said = models.CharField(_("in their words"), max_length=500)
    kind = models.CharField(_("kind"), max_length=10, choices=FACT_KINDS, default="text")
    value = models.CharField(_("value"), max_length=40, blank=True)  # in ISO form; empty for words
    reason = models.CharField(_("why we keep it"), max_length=200)
    consent_way = models.CharField(_("how they agreed"), max_length=10, choices=WAYS_TO_CONSENT)
    consented_on = models.DateField(_("when they agreed"))
    is_special = models.BooleanField(default=False)  # of Art. 9 GDPR
    is_explicit = models.BooleanField(default=False)  # the consent was given explicitly and for exactly this
    renewed_at = models.DateTimeField(null=True)

    objects = ToldQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        indexes: ClassVar = [
            models.Index(fields=["person", "id"], name="customers_fact_person"),
            models.Index(fields=["expires_on"], name="customers_fact_expires"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="customers_fact_says_something", condition=~Q(said="") & ~Q(reason="")),
            models.CheckConstraint(
                name="customers_fact_kind", condition=Q(kind="text", value="") | ~Q(kind="text") & ~Q(value="")
            ),
            models.CheckConstraint(name="customers_fact_consent", condition=Q(consent_way__in=KNOWN_WAYS)),
            models.CheckConstraint(
                name="customers_fact_special_is_explicit", condition=Q(is_special=False) | Q(is_explicit=True)
            ),
        ]

    def __str__(self) -> str:
        return f"fact {self.pk}"


class Moment(Told):
    """Something that changes a life, so that everybody who answers knows and finds the right words."""

    kind = models.CharField(_("moment"), max_length=20, choices=MOMENT_KINDS)
    words = models.CharField(_("what to know"), max_length=200, blank=True)

    objects = ToldQuerySet.as_manager()

    class Meta:
        verbose_name = _("moment that matters")
        indexes: ClassVar = [
            models.Index(fields=["person", "id"], name="customers_moment_person"),
            models.Index(fields=["expires_on"], name="customers_moment_expires"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="customers_moment_kind", condition=Q(kind__in=[kind for kind, _word in MOMENT_KINDS])
            ),
            models.CheckConstraint(name="customers_moment_other_has_words", condition=~Q(kind="other") | ~Q(words="")),
        ]

    def __str__(self) -> str:
        return f"moment {self.pk}"


class Consent(models.Model):
    """What somebody agreed to beyond a single fact, such as being called: in the words they agreed to (Art. 7 GDPR).

    It stays when it was withdrawn, since both have to be proved.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents", db_index=False)
    scope = models.CharField(_("what for"), max_length=120)
    wording = models.TextField(_("the words they agreed to"), max_length=1000, blank=True)
    way = models.CharField(_("how they agreed"), max_length=10, choices=WAYS_TO_CONSENT)
    given_on = models.DateField(_("when they agreed"))
    source = models.CharField(max_length=40, blank=True)
    noted_by = models.CharField(max_length=60)
    noted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("consent")
        indexes: ClassVar = [models.Index(fields=["person", "id"], name="customers_consent_person")]
        constraints: ClassVar = [
            models.CheckConstraint(name="customers_consent_scope", condition=~Q(scope="")),
            models.CheckConstraint(name="customers_consent_way", condition=Q(way__in=KNOWN_WAYS)),
            models.CheckConstraint(
                name="customers_consent_withdrawn_says_who",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by=""),
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"
