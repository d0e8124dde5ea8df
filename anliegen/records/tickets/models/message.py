"""What is said to and about a customer: message, note, attachment."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Person
from anliegen.records.tickets.models.ticket import CHANNELS, Ticket

is_scheduled = Q(state="queued", send_at__isnull=False)
needs_a_person = Q(settled_at__isnull=True) & (
    Q(state__in=["failed", "bounced", "stopped", "maybe_sent"]) | ~Q(unreached=[])
)
MESSAGE_STATES = [
    ("received", _("received")),
    ("queued", _("goes out shortly")),
    ("sent", pgettext_lazy("message", "sent")),  # the bare word is in allauth's catalogue too, which comes first
    ("delivered", _("delivered")),
    ("failed", _("could not be sent")),
    ("bounced", _("came back")),
    ("cancelled", _("sending undone")),
    ("stopped", _("stopped")),  # the customer wrote before its time had come
    ("maybe_sent", _("perhaps sent")),  # we were cut off between the last byte and the server's answer
]
NOT_HEARD = ("failed", "bounced", "stopped")  # states of an answer that nobody got


class MessageQuerySet(models.QuerySet["Message"]):
    def troubled(self) -> Self:
        """What could not be delivered, or not to everybody, and waits for a person."""
        return self.filter(needs_a_person)

    def heard(self) -> Self:
        """Without what was taken back, never got to anybody, or waits for its time."""
        return self.exclude(state__in=("cancelled", *NOT_HEARD)).exclude(is_scheduled)

    def scheduled(self) -> Self:
        """What leaves at a chosen time."""
        return self.filter(is_scheduled)


class Message(models.Model):
    """Something said between customer and operator. Notes are not messages: they never leave the house."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages", db_index=False)
    # The ticket it had come to before that was joined with this one, or before it was split off; what comes for a
    # ticket that was joined has come to that one too.
    came_to = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    direction = models.CharField(max_length=3, choices=[("in", _("from the customer")), ("out", _("to the customer"))])
    channel = models.CharField(max_length=10, choices=CHANNELS)
    state = models.CharField(max_length=10, choices=MESSAGE_STATES)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    rule = models.CharField(max_length=60, blank=True)  # the rule that wrote it, when no human did
    from_name = models.CharField(max_length=300, blank=True)
    from_address = models.CharField(max_length=320, blank=True)
    # Where a mail asks answers to go, when they do not go there: anybody can write anybody in, so a person decides.
    reply_to = models.CharField(max_length=320, blank=True, default="", db_default="")
    to = models.JSONField(default=list)  # [{"name", "address"}]
    cc = models.JSONField(default=list)
    subject = models.CharField(max_length=400, blank=True)
    text = models.TextField(blank=True)  # all that can be read
    reply_text = models.TextField(blank=True)  # only what was written now; empty when that is all of the text
    html = models.TextField(blank=True)  # cleaned
    # An appointment, a seal, or that its words are the program's: see tickets/enclosed.py. The database knows the
    # empty one, for who writes rows without it.
    enclosed = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    language = models.CharField(max_length=8, blank=True)
    automatic = models.CharField(max_length=20, blank=True)  # kind of automatic mail, empty for a person's
    is_from_stranger = models.BooleanField(default=False)  # an address that was no participant of this ticket
    # Whether the sender is who they say: `confirmed`, `unconfirmed`, `failed` or `vouched`, and what that rests on
    # (`failed spf=fail dmarc=fail`). Empty: nobody looked.
    authenticity = models.CharField(max_length=80, blank=True, default="", db_default="")
    rfc_message_id = models.CharField(max_length=500, blank=True)
    in_reply_to = ArrayField(models.CharField(max_length=500), default=list)
    references = ArrayField(models.CharField(max_length=500), default=list)
    written_at = models.DateTimeField()  # what the sender's clock said, or when it was written here
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    send_at = models.DateTimeField(null=True)  # the chosen time; null: as soon as it can no longer be undone
    leaving_at = models.DateTimeField(null=True)  # its last byte is leaving, and nobody has answered yet
    status_after = models.CharField(
        max_length=20, blank=True, default="", db_default=""
    )  # with `send_at`, once it left
    # [{"address", "reason"}] of recipients that were refused, with "said", the server's words, where it came back.
    unreached = models.JSONField(default=list, db_default=[])
    # What could not be delivered waits for a person until it is settled: sent again, or left as it is.
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    instead_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    # It passes on what others wrote, to somebody else than the customer: it answers nobody.
    is_forward = models.BooleanField(default=False, db_default=False)
    model = models.CharField(max_length=60, blank=True, default="", db_default="")  # that drafted it, for a person
    proposals = ArrayField(models.BigIntegerField(), default=list, db_default=[])  # decisions that had proposed it
    reviewed_by = models.ForeignKey(  # the colleague who looked at it before it left
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        indexes: ClassVar = [
            models.Index(fields=["ticket", "created_at", "id"], name="tickets_message_timeline"),
            models.Index(fields=["rfc_message_id"], name="tickets_message_rfc_id", condition=~Q(rfc_message_id="")),
            # Which conversation does a mail belong to whose predecessors we never saw?
            GinIndex(
                fields=["references"],
                name="tickets_message_references",
                condition=Q(direction="in") & ~Q(references=[]),
            ),
            models.Index(fields=["-id"], name="tickets_message_troubled", condition=needs_a_person),
            models.Index(fields=["ticket"], name="tickets_message_scheduled", condition=is_scheduled),
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
                | Q(direction="out", state__in=[code for code, _n in MESSAGE_STATES if code != "received"]),
            ),
            models.CheckConstraint(
                name="tickets_message_sent_says_when",
                condition=~Q(state__in=["sent", "delivered", "bounced"]) | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="tickets_message_status_after_fits", condition=Q(status_after="") | Q(send_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def said(self) -> str:
        """What the author wrote now, without what was quoted."""
        return self.reply_text or self.text

    @property
    def is_in_our_words(self) -> bool:
        """Whether the customer pressed a button, and the program put it into words."""
        return self.enclosed.get("is_ours") is True

    @property
    def verdict(self) -> str:
        """The first word of its authenticity."""
        return self.authenticity.partition(" ")[0]

    @property
    def is_feigned(self) -> bool:
        """Whether the sender named there was found not to be the sender."""
        return is_feigned(self.authenticity)

    @property
    def came_encrypted(self) -> bool:
        """Whether any of it lay under a seal, opened with our key or not.

        Anybody may have got hold of what was encrypted for us, and sends it from their own address: what we opened is
        shown in the house and never told to anybody outside, whoever sent it.
        """
        return bool(self.enclosed.get("seal", {}).get("encryption"))

    @property
    def is_scheduled(self) -> bool:
        """Whether it leaves at a chosen time, and has not yet."""
        return self.state == "queued" and self.send_at is not None

    @property
    def needs_a_person(self) -> bool:
        """Whether it could not be delivered, or not to everybody, and nobody has seen to that."""
        return self.settled_at is None and (self.state in (*NOT_HEARD, "maybe_sent") or bool(self.unreached))

    @property
    def author_kind(self) -> str:
        """`person`, `agent` or `rule`: faces show a badge for it."""
        if self.direction == "in":
            return "person"
        return "agent" if self.agent_id else "rule"


class NoteQuerySet(models.QuerySet["Note"]):
    def readable_by(self, agent: Agent | None) -> Self:
        """Without the side notes of others; None: without any side note."""
        if agent is None:
            return self.filter(is_side=False)
        return self.filter(Q(is_side=False) | Q(agent=agent) | Q(readers__contains=[agent.pk]))


class Note(models.Model):
    """Something colleagues tell each other. Never sent. A side note is for its author and the colleagues it names."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="notes", db_index=False)
    came_to = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField()
    is_side = models.BooleanField(default=False, db_default=False)
    readers = ArrayField(models.BigIntegerField(), default=list, db_default=[])  # agents, of a side note

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("internal note")
        indexes: ClassVar = [models.Index(fields=["ticket", "created_at", "id"], name="tickets_note_timeline")]
        constraints: ClassVar = [
            models.CheckConstraint(name="tickets_note_not_empty", condition=~Q(text="")),
            models.CheckConstraint(
                name="tickets_note_side_has_author",
                condition=Q(is_side=False, readers=[]) | Q(is_side=True, agent__isnull=False),
            ),
        ]

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


def is_feigned(authenticity: str) -> bool:
    """Whether this code says that the sender named was found not to be the sender."""
    return authenticity.partition(" ")[0] == "failed"


def is_sure(authenticity: str) -> bool:
    """Whether this code says that the sender is who they say, by their mail server's word or a colleague's."""
    return authenticity.partition(" ")[0] in ("confirmed", "vouched")


def as_recipients(pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """(name, address) pairs in the shape the columns `to` and `cc` keep."""
    return [{"name": name[:300], "address": address[:320]} for name, address in pairs]
