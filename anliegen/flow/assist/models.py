"""Who may be asked for words: the register of providers of language models, and the ledger of every question."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DEEDS = [
    ("draft", _("draft an answer")),
    ("shorter", pgettext_lazy("deed", "make shorter")),
    ("friendlier", pgettext_lazy("deed", "make friendlier")),
    ("summary", pgettext_lazy("deed", "sum up")),
    ("translate", pgettext_lazy("deed", "translate")),
    ("understand", _("translate what customers write")),
]
TEST = "test"  # of the connection, with a sentence of our own
DATA_CLASSES = [
    ("customer", _("what customers write")),
    ("own", _("what agents write")),
    ("knowledge", _("text blocks")),
    ("special", _("words on health, belief and other special categories")),
]
JURISDICTIONS = [
    ("here", _("our own machine or network")),
    ("de", _("Germany")),
    ("eu", _("another country of the European Union or the EEA")),
    ("adequate", _("a third country with an adequacy decision")),
    ("third", _("another third country, with guarantees of its own")),
]
# What must be known before anything is asked, with the word for it.
NEEDED: dict[str, str | Promise] = {
    "purpose": _("the purpose"),
    "jurisdiction": _("where the law applies"),
    "contract": _("the contract"),
    "contract_on": _("the day of the contract"),
    "responsible": _("the responsible person"),
}
MOST_SECONDS = 60
_is_whole = (
    ~Q(purpose="")
    & ~Q(jurisdiction="")
    & ~Q(contract="")
    & Q(contract_on__isnull=False)
    & ~Q(responsible="")
    & Q(withdrawn_at__isnull=True)
)


class ProviderQuerySet(models.QuerySet["Provider"]):
    def kept(self) -> ProviderQuerySet:
        """Without what is no longer in the register."""
        return self.filter(withdrawn_at__isnull=True)

    def on(self) -> ProviderQuerySet:
        """Those that somebody switched on."""
        return self.kept().filter(on_since__isnull=False)


class Provider(models.Model):
    """A place that runs a language model and speaks as OpenAI's does. Off until somebody switches it on."""

    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=300)  # its base, such as http://127.0.0.1:11434/v1
    model = models.CharField(_("model"), max_length=60)
    key = models.BinaryField(default=b"", blank=True)  # locked, see ground/secrets
    allow_private = models.BooleanField(default=False)
    deeds = ArrayField(models.CharField(max_length=12), default=list)
    purpose = models.TextField(_("purpose"), blank=True, max_length=2000)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=10, choices=JURISDICTIONS, blank=True)
    data_classes = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    contract = models.CharField(_("contract"), max_length=200, blank=True)
    contract_on = models.DateField(_("day of the contract"), null=True, blank=True)
    responsible = models.CharField(max_length=80, blank=True)  # a reference: this room knows no agents
    price_in = models.DecimalField(  # cents for a thousand tokens
        max_digits=10, decimal_places=4, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    price_out = models.DecimalField(
        max_digits=10, decimal_places=4, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    budget_cents = models.PositiveIntegerField(default=0)  # a month; 0 lets only what costs nothing out
    timeout_s = models.PositiveIntegerField(
        default=20, validators=[MinValueValidator(1), MaxValueValidator(MOST_SECONDS)]
    )
    on_since = models.DateTimeField(null=True, blank=True)
    on_by = models.CharField(max_length=80, blank=True)
    used_up_on = models.DateField(null=True, blank=True)  # the first day of the month whose budget was reached last
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)

    objects = ProviderQuerySet.as_manager()

    class Meta:
        verbose_name = _("AI provider")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="assist_provider_on_is_whole",
                condition=Q(on_since__isnull=True, on_by="") | _is_whole & Q(on_since__isnull=False) & ~Q(on_by=""),
            ),
            models.CheckConstraint(
                name="assist_provider_withdrawn_whole",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by=""),
            ),
            models.CheckConstraint(
                name="assist_provider_limits",
                condition=Q(price_in__gte=0, price_out__gte=0, timeout_s__gte=1, timeout_s__lte=MOST_SECONDS),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.on_since is not None

    @property
    def missing(self) -> list[str | Promise]:
        """What must be known before it can be switched on, in words."""
        return [words for field, words in NEEDED.items() if not getattr(self, field)]


RESULTS = [
    ("open", _("under way, or broken off with the program")),
    ("ok", _("answered")),
    ("failed", _("no answer to use")),
]


class Call(models.Model):
    """One question to a provider: who asked for what, what it cost, how it ended. Not a word of it is kept.

    While it is `open` its tokens and cost are the most it can come to; so no budget is passed by what is under way.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="calls", db_index=False)
    actor = models.CharField(max_length=80)
    subject = models.CharField(max_length=80, blank=True)  # a reference; empty: a test
    deed = models.CharField(max_length=12)
    model = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(null=True)
    tokens_in = models.PositiveIntegerField()
    tokens_out = models.PositiveIntegerField()
    cost = models.DecimalField(max_digits=16, decimal_places=7)  # cents
    result = models.CharField(max_length=8, choices=RESULTS, default="open")
    error = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("question to an AI provider")
        indexes: ClassVar = [
            models.Index(fields=["provider", "started_at"], name="assist_call_provider"),
            models.Index(fields=["started_at", "id"], name="assist_call_started"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="assist_call_costs", condition=Q(cost__gte=0)),
            models.CheckConstraint(
                name="assist_call_ended_whole",
                condition=Q(result="open", duration_ms__isnull=True)
                | Q(result__in=["ok", "failed"], duration_ms__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"
