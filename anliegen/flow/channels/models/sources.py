"""The mailboxes elsewhere that mail is fetched from, the leave to log in there, and what was not fetched."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Mailbox


class SourceQuerySet(models.QuerySet["Source"]):
    def try_at_once(self) -> None:
        """Whatever failed before, the next worker need not wait."""
        self.filter(failed_at__isnull=False).update(retry_at=None)


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

    objects = SourceQuerySet.as_manager()

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
