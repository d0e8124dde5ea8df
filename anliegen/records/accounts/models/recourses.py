"""Where a customer can turn who does not accept our "no": arbitration, ombudsperson, authority, court."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models.operator import Brand

RECOURSE_KINDS = [
    ("inside", _("complaints office of our own")),
    ("conciliation", _("arbitration body")),
    ("ombuds", _("ombudsperson")),
    ("authority", _("supervisory authority")),
    ("court", _("court")),
]


class Recourse(models.Model):
    """An office to which a customer may turn after a refusal. Without a brand it counts for all of them."""

    kind = models.CharField(_("kind"), max_length=12, choices=RECOURSE_KINDS)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    address = models.TextField(_("address"), blank=True)
    phone = models.CharField(_("phone number"), max_length=40, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    note = models.TextField(_("when one can turn there"), blank=True)
    note_en = models.TextField(_("the same in English"), blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(_("is offered"), default=True)

    class Meta:
        verbose_name = _("next instance")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="accounts_recourse_kind_known", condition=Q(kind__in=[code for code, _n in RECOURSE_KINDS])
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def said_in(self, language: str) -> str:
        """How a letter names it: what it is and when one can turn there, then where it is found."""
        is_english = language == "en"
        name, note = (self.name_en or self.name, self.note_en or self.note) if is_english else (self.name, self.note)
        ways = [name, *self.address.splitlines(), self.phone, self.website]
        return "\n".join(part for part in (note.strip(), ", ".join(way.strip() for way in ways if way.strip())) if part)
