"""The keys and certificates that signed and encrypted mails are checked or opened with."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MailKey(models.Model):
    """A key or certificate that signed and encrypted mails are checked or opened with. Private parts lie locked."""

    KINDS: ClassVar = [
        ("smime-own", _("own key, S/MIME")),
        ("smime-authority", _("authority that vouches for people, S/MIME")),
        ("smime-person", _("certificate of a person, S/MIME")),
        ("pgp-own", _("own key, OpenPGP")),
        ("pgp-person", _("key of a person, OpenPGP")),
    ]

    kind = models.CharField(max_length=20, choices=KINDS)
    name = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=128)
    public = models.BinaryField(editable=False)
    private = models.BinaryField(editable=False, null=True)  # encrypted with the instance's key, see ground.secrets
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("key for mails")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "fingerprint"], name="channels_mailkey_once"),
            models.CheckConstraint(
                name="channels_mailkey_own_is_private",
                condition=Q(kind__in=["smime-own", "pgp-own"], private__isnull=False)
                | ~Q(kind__in=["smime-own", "pgp-own"]) & Q(private__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_own(self) -> bool:
        return self.kind.endswith("-own")
