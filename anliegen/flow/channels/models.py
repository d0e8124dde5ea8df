"""The intake ledger, the sources that fill it, and the deliveries that leave."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.flow.channels.guard.models import Brake, RejectionRule
from anliegen.records.accounts.models import Mailbox
from anliegen.records.tickets.models import Message, Ticket

# Each inbound item ends in exactly one of these; `received` is the only one that waits for the machine,
# `quarantined` the only one that waits for a person.
RESULTS = [
    ("received", _("waiting to be read")),
    ("created", _("new concern")),
    ("appended", _("added to a concern")),
    ("duplicate", _("had come before")),
    ("automatic", _("automatic mail, kept")),
    ("bounce", _("delivery report, kept")),
    ("quarantined", _("set aside for a person")),
    ("rejected", _("rejected by a rule")),
]
WITH_MESSAGE = ("created", "appended")


class IntakeQuerySet(models.QuerySet["Intake"]):
    def waiting(self) -> Self:
        return self.filter(result="received")


class Intake(models.Model):
    """One line of the ledger: one inbound mail, its bytes, where it came from, and what became of it."""

    received_at = models.DateTimeField()
    source = models.CharField(max_length=120)  # smtp, lmtp, imap:3, or the path that `anliegen intake` was given
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.JSONField(default=list)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    sha256 = models.CharField(max_length=64)  # of the raw bytes in the file store
    size = models.PositiveBigIntegerField()
    remote_key = models.CharField(max_length=200, blank=True)  # UIDVALIDITY/UID of the mailbox it was fetched from
    fingerprint = models.CharField(max_length=64, blank=True)
    result = models.CharField(max_length=12, choices=RESULTS, default="received")
    reason = models.CharField(max_length=80, blank=True)  # a code, explained by `reasons.py`
    detail = models.TextField(blank=True)  # the technical text behind the reason; no mail content
    defects = models.JSONField(default=list)
    ticket = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    duplicate_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="copies")
    rule = models.ForeignKey(RejectionRule, on_delete=models.PROTECT, null=True, related_name="lines", db_index=False)
    brake = models.ForeignKey(Brake, on_delete=models.PROTECT, null=True, related_name="lines", db_index=False)
    let_in_at = models.DateTimeField(null=True)  # a person had it taken in: neither rule nor brake stops it again
    authenticity = models.CharField(max_length=80, blank=True, default="", db_default="")  # see email/authenticity.py
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake")
        indexes: ClassVar = [
            models.Index(fields=["id"], name="channels_intake_waiting", condition=Q(result="received")),
            models.Index(fields=["result", "-id"], name="channels_intake_result"),
            models.Index(fields=["message"], name="channels_intake_message"),
            models.Index(fields=["rule"], name="channels_intake_rule", condition=Q(rule__isnull=False)),
            models.Index(fields=["brake"], name="channels_intake_brake", condition=Q(brake__isnull=False)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="channels_intake_first_of_its_kind",
                fields=["fingerprint"],
                condition=~Q(fingerprint="") & ~Q(result="duplicate"),
            ),
            models.UniqueConstraint(
                name="channels_intake_fetched_once", fields=["source", "remote_key"], condition=~Q(remote_key="")
            ),
            models.CheckConstraint(
                name="channels_intake_known_result", condition=Q(result__in=[code for code, _n in RESULTS])
            ),
            models.CheckConstraint(
                name="channels_intake_done_says_when",
                condition=Q(result="received", done_at__isnull=True) | ~Q(result="received") & Q(done_at__isnull=False),
            ),
            models.CheckConstraint(
                name="channels_intake_says_why",
                condition=~Q(result__in=["quarantined", "rejected"]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"intake {self.pk}: {self.result}"


class Source(models.Model):
    """A mailbox elsewhere that mail is fetched from by IMAP."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="sources")
    host = models.CharField(_("server"), max_length=200)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(
        _("encryption"),
        max_length=10,
        choices=[("tls", _("TLS")), ("starttls", _("STARTTLS")), ("none", _("none"))],
        default="tls",
    )
    username = models.CharField(_("user name"), max_length=200)
    password = models.BinaryField(editable=False)  # encrypted with the instance's key, see ground.secrets
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    allow_private = models.BooleanField(_("the server is in our own network"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mail source")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "username", "folder"], name="channels_source_once"),
        ]

    def __str__(self) -> str:
        return f"{self.username}@{self.host}/{self.folder}"


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


TROUBLES = [
    ("", _("none")),
    ("passing", _("refused for now")),
    ("ours", _("the mail server refuses us")),
    ("server", _("the mail server cannot be reached")),
]


class Delivery(models.Model):
    """The way of one message out of the house. One row per message, so that two workers never send it twice."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="delivery")
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    setbacks = models.PositiveSmallIntegerField(default=0, db_default=0)  # attempts that failed because of the mail
    started_at = models.DateTimeField(null=True)  # set before the first byte leaves, so that a crash is noticed
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, blank=True)  # what the server said, for people
    code = models.CharField(max_length=40, blank=True, default="", db_default="")  # its code, such as 5.1.1
    trouble = models.CharField(max_length=10, choices=TROUBLES, blank=True, default="", db_default="")
    taken = models.JSONField(default=list, db_default=[])  # addresses for which the server took it
    refused = models.JSONField(default=list, db_default=[])  # [{"address", "reason"}] for good
    domains = ArrayField(models.CharField(max_length=255), default=list, db_default=[])
    slot_at = models.DateTimeField(null=True)  # when it may go to its domains, see `pace.py`

    class Meta:
        verbose_name = _("delivery")
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], name="channels_delivery_due", condition=Q(done_at__isnull=True)),
            models.Index(fields=["slot_at"], name="channels_delivery_slot", condition=Q(slot_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"delivery of message {self.message_id}"
