"""The operator, its brands, teams and mailboxes."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

LANGUAGES = [("de", _("German")), ("en", _("English"))]
# Who sees to what comes to a team: people draw it themselves, or routing proposes somebody, or gives it to them.
ROUTINGS = [
    ("off", _("everybody draws the next concern")),
    ("propose", _("somebody is proposed, and a person decides")),
    ("assign", _("it is given to somebody, and a person may take that back")),
]
QUOTES = [("none", _("nothing")), ("last", _("the message that is answered")), ("all", _("the whole conversation"))]


def _weight(name: Any, value: str) -> "models.DecimalField[Decimal, Decimal]":
    """One decimal, as the formula shows it."""
    return models.DecimalField(name, max_digits=3, decimal_places=1, default=Decimal(value), db_default=Decimal(value))


def what_weighs() -> list[str]:
    """Topics and tags of concerns that are hard to hear, until the operator says otherwise."""
    return ["beschwerde", "todesfall", "trauerfall", "härtefall", "sperrung", "anwalt", "drohung", "complaint"]


class Operator(models.Model):
    """The organisation that runs this instance: exactly one row. Every page and mail shows its way to a person."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=200)
    phone = models.CharField(_("phone number"), max_length=40, blank=True)
    callback_address = models.CharField(_("address for callbacks"), max_length=254, blank=True)
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DE")
    website = models.URLField(_("website"), blank=True)
    default_language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="de")
    undo_seconds = models.PositiveSmallIntegerField(_("seconds to undo sending"), default=10)
    reopen_days = models.PositiveSmallIntegerField(_("days in which a reply reopens"), default=30)
    acknowledges = models.BooleanField(_("acknowledge each new concern"), default=True)
    quotes = models.CharField(
        _("what an answer quotes"), max_length=4, choices=QUOTES, default="last", db_default="last"
    )
    sends_per_minute = models.PositiveSmallIntegerField(
        _("mails a minute to one mail domain"), default=100, db_default=100
    )
    approval_days = models.PositiveSmallIntegerField(_("working days to decide a concession"), default=1, db_default=1)
    # Of what automation does by itself, so many in a hundred may turn out wrong.
    error_bound = models.PositiveSmallIntegerField(
        _("errors allowed to automation, in percent"), default=5, db_default=5
    )
    # Within so many minutes of service hours somebody looks at what fits no category.
    unplaced_minutes = models.PositiveSmallIntegerField(
        _("minutes until somebody looks at what fits no category"), default=60, db_default=60
    )
    # As agreed with a works council: no figure about a single person, none about a group too small to hide in.
    works_council = models.BooleanField(_("works-council mode"), default=False, db_default=False)
    sends_at_once = models.PositiveSmallIntegerField(_("mails at once to the mail server"), default=3, db_default=3)
    # How the next concern is chosen: what weighs, and after how long nobody is left waiting for what fits better.
    heavy_topics = ArrayField(
        models.CharField(max_length=60), default=what_weighs, db_default=what_weighs(), blank=True
    )
    starves_after_hours = models.PositiveSmallIntegerField(
        _("hours after which somebody comes first"), default=72, db_default=72
    )
    # The ceilings of the other priorities (the one above is that of a normal concern), and the weights of the formula.
    low_within_hours = models.PositiveSmallIntegerField(
        _("ceiling of low concerns, in hours"), default=120, db_default=120
    )
    high_within_hours = models.PositiveSmallIntegerField(
        _("ceiling of high concerns, in hours"), default=24, db_default=24
    )
    urgent_within_hours = models.PositiveSmallIntegerField(
        _("ceiling of urgent concerns, in hours"), default=8, db_default=8
    )
    low_weight = _weight(_("weight of low concerns"), "1.0")
    normal_weight = _weight(_("weight of normal concerns"), "2.0")
    high_weight = _weight(_("weight of high concerns"), "3.0")
    urgent_weight = _weight(_("weight of urgent concerns"), "4.0")
    ageing_weight = _weight(_("weight of age"), "1.0")
    gives_breathers = models.BooleanField(
        _("something lighter after a hard conversation"), default=True, db_default=True
    )

    class Meta:
        verbose_name = _("operator")
        constraints: ClassVar = [
            models.CheckConstraint(name="accounts_operator_is_one", condition=Q(id=1)),
            models.CheckConstraint(
                name="accounts_operator_undo_bounded", condition=Q(undo_seconds__gte=0, undo_seconds__lte=30)
            ),
            models.CheckConstraint(
                name="accounts_operator_known_quotes", condition=Q(quotes__in=[q for q, _n in QUOTES])
            ),
            models.CheckConstraint(name="accounts_operator_starves", condition=Q(starves_after_hours__gte=1)),
            models.CheckConstraint(
                name="accounts_operator_ceilings",
                condition=Q(low_within_hours__gte=1, high_within_hours__gte=1, urgent_within_hours__gte=1),
            ),
            # With age counting nothing, whoever is called low would wait for all others, until their ceiling.
            models.CheckConstraint(
                name="accounts_operator_weights",
                condition=Q(low_weight__gte=0, normal_weight__gte=0, high_weight__gte=0, urgent_weight__gte=0)
                & Q(ageing_weight__gte=Decimal("0.1")),
            ),
            models.CheckConstraint(
                name="accounts_operator_approval", condition=Q(approval_days__gte=1, approval_days__lte=20)
            ),
            models.CheckConstraint(
                name="accounts_operator_sends", condition=Q(sends_per_minute__gte=1, sends_at_once__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def can_be_reached(self) -> bool:
        """Whether a customer finds a way to a person; setup insists on it."""
        return bool(self.phone or self.callback_address)


class Brand(models.Model):
    """A name under which the operator meets its customers, with its own sender, signature and way to a person.

    Phone and callbacks may be empty: then the operator's count. So may what is English: then the other is used.
    """

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), unique=True)
    email = models.EmailField(_("sender address"))
    signature = models.TextField(_("signature"), blank=True)
    signature_en = models.TextField(_("signature in English"), blank=True, default="", db_default="")
    legal_footer = models.TextField(_("legal details"), blank=True, default="", db_default="")
    legal_footer_en = models.TextField(_("legal details in English"), blank=True, default="", db_default="")
    phone = models.CharField(_("phone number"), max_length=40, blank=True, default="", db_default="")
    callback_address = models.CharField(
        _("address for callbacks"), max_length=254, blank=True, default="", db_default=""
    )
    is_default = models.BooleanField(_("default brand"), default=False)

    class Meta:
        verbose_name = _("brand")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="accounts_brand_one_default", fields=["is_default"], condition=Q(is_default=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def signature_in(self, language: str) -> str:
        return ((self.signature_en if language == "en" else "") or self.signature).strip()

    def legal_footer_in(self, language: str) -> str:
        return ((self.legal_footer_en if language == "en" else "") or self.legal_footer).strip()


class Team(models.Model):
    """People who share a kind of concern. `lead` answers for what lies in the team's queue."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), unique=True)
    description = models.CharField(_("what this team does"), max_length=300, blank=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="leads"
    )
    calendar = models.ForeignKey("Calendar", on_delete=models.PROTECT, null=True, blank=True, related_name="teams")
    routing = models.CharField(
        _("who sees to a concern"), max_length=10, choices=ROUTINGS, default="off", db_default="off"
    )
    # Routing gives nobody more who has so many concerns that wait for us.
    most_waiting = models.PositiveSmallIntegerField(_("most that wait with one person"), default=8, db_default=8)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("team")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="accounts_team_known_routing", condition=Q(routing__in=[code for code, _n in ROUTINGS])
            ),
            models.CheckConstraint(
                name="accounts_team_ceiling", condition=Q(most_waiting__gte=1, most_waiting__lte=200)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class Mailbox(models.Model):
    """An address that takes concerns in, the brand it speaks for, and the team that gets them."""

    address = models.EmailField(_("address"))
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="mailboxes")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="mailboxes")
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="mailboxes"
    )
    signs_replies = models.BooleanField(
        _("signed reply addresses (name+code@domain)"),
        default=False,
        help_text=_("Only when your mail server delivers addresses with a plus sign to this mailbox."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("address"), name="accounts_mailbox_address_once"),
            # A decision needs somebody who answers for it.
            models.CheckConstraint(
                name="accounts_mailbox_team_has_responsible",
                condition=Q(team__isnull=True) | Q(responsible__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.address
