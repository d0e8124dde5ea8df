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
    remote_key = models.CharField(max_length=200, blank=True)  # its name at the mailbox it was fetched from
    # What it is known by there when names change. With a default of the database, for receivers of the version before.
    remote_mark = models.CharField(max_length=64, blank=True, default="", db_default="")
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
            models.Index(fields=["source", "remote_mark"], name="channels_intake_mark", condition=~Q(remote_mark="")),
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
    """A mailbox elsewhere that mail is fetched from: by IMAP, by POP3, or out of a folder of this machine."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=[("imap", "IMAP"), ("pop3", "POP3"), ("maildir", "Maildir"), ("mbox", "mbox")],
        default="imap",
    )
    host = models.CharField(_("server"), max_length=200, blank=True)  # empty for a folder of this machine
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(
        _("encryption"),
        max_length=10,
        choices=[("tls", _("TLS")), ("starttls", _("STARTTLS")), ("none", _("none"))],
        default="tls",
    )
    username = models.CharField(_("user name"), max_length=200, blank=True)
    password = models.BinaryField(editable=False, default=b"")  # encrypted, see ground.secrets; empty with a grant
    folder = models.CharField(_("folder"), max_length=400, default="INBOX", blank=True)  # or the path, of a local one
    deletes = models.BooleanField(_("delete there what was taken in"), default=False)
    allow_private = models.BooleanField(_("the server is in our own network"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    revision = models.PositiveIntegerField(default=0)  # counts changes, so that who listens there notices
    epoch = models.PositiveIntegerField(default=0)  # counts how often its names for mails lost their meaning
    begun_at = models.DateTimeField(null=True)  # when what lay there already was sorted out
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)  # before the first fetch: what to do with what lies there, see sources
    from_day = models.DateField(null=True)  # for "what came today": which day that was
    fetched_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    listens = models.BooleanField(default=False)  # the place says by itself that mail came
    watched_until = models.DateTimeField(null=True)  # the promise of whoever listens there
    compared_at = models.DateTimeField(null=True)
    compared_mails = models.PositiveIntegerField(default=0)  # how many lay there then

    class Meta:
        verbose_name = _("mail source")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "username", "folder"], name="channels_source_once"),
        ]

    def __str__(self) -> str:
        return f"{self.username}@{self.host}/{self.folder}" if self.host else self.folder

    @property
    def place(self) -> str:
        """What a person calls it: the server, or the folder of this machine."""
        return self.host or self.folder

    @property
    def ledger_name(self) -> str:
        """As what it stands in the ledger's column `source`."""
        return f"{self.kind}:{self.pk}"

    def ledger_key(self, key: str) -> str:
        """The name of a mail there, as one that never means another."""
        return f"{self.epoch}~{key}" if self.epoch else key


class Grant(models.Model):
    """The leave to log in at a source without a password: OAuth2, by a person's consent or by a secret of our own."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="grant")
    provider = models.CharField(
        _("provider"),
        max_length=10,
        choices=[("microsoft", "Microsoft 365"), ("google", "Google"), ("other", _("another provider"))],
    )
    flow = models.CharField(
        _("how the leave is given"),
        max_length=10,
        choices=[("code", _("a person consents in the browser")), ("client", _("the application has it by itself"))],
        default="code",
    )
    client_id = models.CharField(_("client ID"), max_length=200)
    client_secret = models.BinaryField(editable=False, default=b"")  # encrypted, as all three are
    authorize_url = models.CharField(_("address for the consent"), max_length=300, blank=True)
    token_url = models.CharField(_("address for tokens"), max_length=300)
    scope = models.CharField(_("scope"), max_length=300)
    refresh_token = models.BinaryField(editable=False, default=b"")
    access_token = models.BinaryField(editable=False, default=b"")
    expires_at = models.DateTimeField(null=True)
    renewing_until = models.DateTimeField(null=True)  # the lease of whoever renews it
    connected_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("leave to log in")

    def __str__(self) -> str:
        return f"grant of source {self.source_id}"


class Unfetched(models.Model):
    """A mail that lies at a source and is not in the ledger, and why."""

    STATES: ClassVar = [
        ("left", _("left on purpose")),
        ("missing", _("not in the ledger")),
        ("too-large", _("too large")),
        ("not-given", _("the server does not hand it out")),
    ]

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="unfetched", db_index=False)
    key = models.CharField(max_length=200)  # as `Intake.remote_key`
    mark = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(null=True)  # when it came there, as far as the source says
    state = models.CharField(max_length=10, choices=STATES)
    attempts = models.PositiveSmallIntegerField(default=0)
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mail not fetched")
        indexes: ClassVar = [models.Index(fields=["source", "mark"], name="channels_unfetched_mark")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "key"], name="channels_unfetched_once"),
            models.CheckConstraint(
                name="channels_unfetched_known_state",
                condition=Q(state__in=["left", "missing", "too-large", "not-given"]),
            ),
        ]

    def __str__(self) -> str:
        return f"unfetched {self.pk}: {self.state}"


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
    ("", _("none")), ("passing", _("refused for now")),
    ("ours", _("the mail server refuses us")), ("server", _("the mail server cannot be reached")),
]  # fmt: skip


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
