"""The concern as we keep it: ticket, message, note, attachment, participant, link, and the search rows."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.ground.search.models import Indexed
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Team
from anliegen.records.customers.models import Address, Person

STATUSES = [
    ("new", _("new")),
    ("open", _("in progress")),
    ("waiting_customer", _("waiting for customer")),
    ("waiting_internal", _("waiting for others")),
    ("resolved", _("resolved")),
    ("closed", _("closed")),
]
OPEN = ("new", "open", "waiting_customer", "waiting_internal")
DONE = ("resolved", "closed")
PRIORITIES = [(1, _("low")), (2, _("normal")), (3, _("high")), (4, _("urgent"))]
CHANNELS = [
    ("email", _("e-mail")),
    ("form", _("form")),
    ("chat", _("chat")),
    ("phone", _("telephone")),
    ("letter", _("letter")),
    ("api", _("interface")),
]
MESSAGE_STATES = [
    ("received", _("received")),
    ("queued", _("goes out shortly")),
    ("sent", _("sent")),
    ("delivered", _("delivered")),
    ("failed", _("could not be sent")),
    ("bounced", _("came back")),
    ("cancelled", _("sending undone")),
]
is_open = Q(status__in=OPEN)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def open(self) -> Self:
        return self.filter(is_open)

    def unassigned(self) -> Self:
        return self.filter(assignee=None)

    def visible_to(self, agent: Agent) -> Self:
        """What the agent's role and teams let them see; what has no team yet is seen by all."""
        if not agent.is_active or "ticket.read" not in agent.role.permissions:
            return self.none()
        if agent.role.sees_all_teams:
            return self
        return self.filter(Q(team__in=agent.team_ids()) | Q(team=None) | Q(assignee=agent))


class Ticket(models.Model):
    """One concern of one person. Its number is what people say and its primary key."""

    number = models.BigAutoField(primary_key=True)
    subject = models.CharField(_("subject"), max_length=400, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=STATUSES, default="new")
    priority = models.PositiveSmallIntegerField(_("priority"), choices=PRIORITIES, default=2)
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNELS)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    mailbox = models.ForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tickets")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)  # since when the customer waits for us; null when it is their turn
    first_answered_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("concern")
        indexes: ClassVar = [
            models.Index(fields=["-last_message_at", "-number"], name="tickets_open", condition=is_open),
            models.Index(fields=["team", "-last_message_at", "-number"], name="tickets_open_team", condition=is_open),
            models.Index(
                fields=["assignee", "-last_message_at", "-number"], name="tickets_open_mine", condition=is_open
            ),
            models.Index(
                fields=["team", "-last_message_at", "-number"],
                name="tickets_open_unassigned",
                condition=is_open & Q(assignee__isnull=True),
            ),
            models.Index(fields=["-last_message_at", "-number"], name="tickets_recent"),
            models.Index(fields=["person", "-last_message_at"], name="tickets_of_person"),
            models.Index(fields=["team", "first_answered_at"], name="tickets_answered"),
            GinIndex(fields=["tags"], name="tickets_tags"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tickets_status_known", condition=Q(status__in=[code for code, _n in STATUSES])
            ),
            models.CheckConstraint(name="tickets_priority_known", condition=Q(priority__gte=1, priority__lte=4)),
            models.CheckConstraint(
                name="tickets_channel_known", condition=Q(channel__in=[code for code, _n in CHANNELS])
            ),
            models.CheckConstraint(
                name="tickets_resolved_says_when",
                condition=Q(status__in=OPEN, resolved_at__isnull=True, closed_at__isnull=True)
                | Q(status="resolved", resolved_at__isnull=False, closed_at__isnull=True)
                | Q(status="closed", resolved_at__isnull=False, closed_at__isnull=False),
            ),
            models.CheckConstraint(name="tickets_order_of_time", condition=Q(last_message_at__gte=F("created_at"))),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def etag(self) -> str:
        """What `If-Match` compares: changes with every change of the ticket or its messages."""
        return f'"{self.number}-{self.version}"'


class Message(models.Model):
    """Something said between customer and operator. Notes are not messages: they never leave the house."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=3, choices=[("in", _("from the customer")), ("out", _("to the customer"))])
    channel = models.CharField(max_length=10, choices=CHANNELS)
    state = models.CharField(max_length=10, choices=MESSAGE_STATES)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=60, blank=True)  # the rule that wrote it, when no human did
    from_name = models.CharField(max_length=300, blank=True)
    from_address = models.CharField(max_length=320, blank=True)
    to = models.JSONField(default=list)  # [{"name", "address"}]
    cc = models.JSONField(default=list)
    subject = models.CharField(max_length=400, blank=True)
    text = models.TextField(blank=True)  # all that can be read
    reply_text = models.TextField(blank=True)  # only what was written now; empty when that is all of the text
    html = models.TextField(blank=True)  # cleaned
    language = models.CharField(max_length=8, blank=True)
    automatic = models.CharField(max_length=20, blank=True)  # kind of automatic mail, empty for a person's
    is_from_stranger = models.BooleanField(default=False)  # an address that was no participant of this ticket
    rfc_message_id = models.CharField(max_length=500, blank=True)
    in_reply_to = ArrayField(models.CharField(max_length=500), default=list)
    references = ArrayField(models.CharField(max_length=500), default=list)
    written_at = models.DateTimeField()  # what the sender's clock said, or when it was written here
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("message")
        indexes: ClassVar = [
            models.Index(fields=["ticket", "created_at", "id"], name="tickets_message_timeline"),
            models.Index(fields=["rfc_message_id"], name="tickets_message_rfc_id", condition=~Q(rfc_message_id="")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tickets_message_one_author",
                condition=Q(direction="in", person__isnull=False, agent__isnull=True, rule="")
                | Q(direction="out", person__isnull=True, agent__isnull=False, rule="")
                | Q(direction="out", person__isnull=True, agent__isnull=True) & ~Q(rule=""),
            ),
            models.CheckConstraint(
                name="tickets_message_state_fits",
                condition=Q(direction="in", state="received")
                | Q(direction="out", state__in=["queued", "sent", "delivered", "failed", "bounced", "cancelled"]),
            ),
            models.CheckConstraint(
                name="tickets_message_sent_says_when",
                condition=~Q(state__in=["sent", "delivered", "bounced"]) | Q(sent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def said(self) -> str:
        """What the author wrote now, without what was quoted."""
        return self.reply_text or self.text

    @property
    def author_kind(self) -> str:
        """`person`, `agent` or `rule`: faces show a badge for it."""
        if self.direction == "in":
            return "person"
        return "agent" if self.agent_id else "rule"


class Note(models.Model):
    """Something colleagues tell each other. Never sent."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="notes")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("internal note")
        indexes: ClassVar = [models.Index(fields=["ticket", "created_at", "id"], name="tickets_note_timeline")]
        constraints: ClassVar = [models.CheckConstraint(name="tickets_note_not_empty", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Attachment(models.Model):
    """A file that came or goes with a message. The bytes lie in the file store under their hash."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=300, blank=True)
    is_inline = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("attachment")
        indexes: ClassVar = [models.Index(fields=["sha256"], name="tickets_attachment_sha256")]
        constraints: ClassVar = [
            models.CheckConstraint(name="tickets_attachment_hashed", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
        ]

    def __str__(self) -> str:
        return self.filename


class Participant(models.Model):
    """An address that takes part in a ticket. Only these may join by a number in the subject."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="participants")
    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=[("requester", _("requester")), ("copy", _("in copy"))])

    class Meta:
        verbose_name = _("participant")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "address"], name="tickets_participant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.address_id} in {self.ticket_id}"


class Link(models.Model):
    """Two tickets that have to do with each other, and how."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=20, choices=[("follow_up", _("follows up")), ("maybe", _("perhaps belongs to"))])
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("link")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="tickets_link_once"),
            models.CheckConstraint(name="tickets_link_not_itself", condition=~Q(ticket=F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.other_id}"


class SearchRow(Indexed):
    """What search finds: one row per message or note."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, null=True, related_name="+")
    note = models.OneToOneField(Note, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("search row")
        indexes: ClassVar = [
            GinIndex(fields=["tsv"], name="tickets_search_tsv"),
            models.Index(fields=["version", "id"], name="tickets_search_version"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tickets_search_one_source",
                condition=Q(message__isnull=False, note__isnull=True) | Q(message__isnull=True, note__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"search row {self.pk}"


def as_recipients(pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """(name, address) pairs in the shape the columns `to` and `cc` keep."""
    return [{"name": name[:300], "address": address[:320]} for name, address in pairs]
