"""What is being written and has not left: on the server within a second, so that no crash and no change of device
loses it. Only what somebody has to answer for is told to the journal, so it does not swell with every word."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from anliegen.ground.compiled import in_any_of
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets.content import File, Writing
from anliegen.records.tickets.models.message import Message
from anliegen.records.tickets.models.ticket import Ticket

DRAFT_KINDS = [("reply", _("answer")), ("forward", _("forwarded message")), ("note", _("internal note"))]
REVIEWS = [
    ("", _("nobody was asked")),
    ("asked", _("waits for approval")),
    ("approved", _("approved")),
    ("returned", _("sent back")),
]
asks_one = Q(reviewer__isnull=False, reviewer_team__isnull=True) | Q(reviewer__isnull=True, reviewer_team__isnull=False)
asks_nobody = Q(reviewer__isnull=True, reviewer_team__isnull=True)


class DraftQuerySet(models.QuerySet["Draft"]):
    def awaiting(self, agent: Agent) -> "DraftQuerySet":
        """What this agent is asked to look at, alone or with a team."""
        asked = Q(reviewer=agent) | Q(in_any_of("reviewer_team", agent.team_ids()))
        return self.filter(asked, review="asked").exclude(agent=agent)

    def with_files(self) -> "DraftQuerySet":
        """With who writes, who is asked, and the files, all in one query."""
        files = DraftFile.objects.filter(draft=OuterRef("pk")).order_by("pk")
        one = JSONObject(pk="pk", filename="filename", content_type="content_type", size="size", sha256="sha256")
        named = self.select_related("agent", "reviewer", "reviewer_team", "reviewed_by", "edited_by")
        return named.annotate(files_read=ArraySubquery(files.values(one=one)))


class Draft(models.Model):
    """What one agent writes below one ticket. `to`, `cc`, `later` are as they were typed: half an address is kept."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts", db_index=False)
    # The ticket it was begun in before that was joined with this one; see Message.
    came_to = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=DRAFT_KINDS)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)  # cleaned; empty where it is written plainly
    to = models.TextField(blank=True)
    cc = models.TextField(blank=True)
    later = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=20, blank=True)  # what the ticket becomes when it is sent
    # The newest message of the customer's when it was begun: what came later it does not know of.
    answers = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    passes_on = ArrayField(models.BigIntegerField(), default=list)  # messages that are forwarded
    encloses = ArrayField(models.BigIntegerField(), default=list)  # attachments of theirs
    model = models.CharField(max_length=60, blank=True)  # the model whose draft it was, when no human began it
    proposals = ArrayField(models.BigIntegerField(), default=list, db_default=[])  # decisions whose words were put in
    version = models.PositiveIntegerField(default=0)  # counts what was kept, so that two devices notice each other
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    edited_by = models.ForeignKey(  # the last colleague who wrote in it
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # Who is to look at it before it leaves, and what became of that.
    review = models.CharField(max_length=10, choices=REVIEWS, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    reviewer_team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    remark = models.CharField(max_length=2000, blank=True)  # to whom is asked; then back to who asked
    asked_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    reviewed_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        indexes: ClassVar = [
            models.Index(fields=["agent", "-updated_at"], name="tickets_draft_of_agent"),
            models.Index(fields=["reviewer", "reviewer_team"], name="tickets_draft_asked", condition=Q(review="asked")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "agent", "kind"], name="tickets_draft_once"),
            models.CheckConstraint(
                name="tickets_draft_review_fits",
                condition=Q(review="", asked_at__isnull=True) & asks_nobody
                | Q(review="asked", asked_at__isnull=False) & asks_one & ~Q(kind="note")
                | Q(review__in=["approved", "returned"], asked_at__isnull=False, reviewed_at__isnull=False)
                & asks_one
                & ~Q(kind="note"),
            ),
            models.CheckConstraint(
                name="tickets_draft_not_own_reviewer",
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("agent")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} draft {self.pk}"

    @property
    def writing(self) -> Writing:
        """What stands in its form."""
        return Writing(
            self.text,
            self.html,
            self.to,
            self.cc,
            self.later,
            self.status,
            tuple(self.passes_on),
            tuple(self.encloses),
        )

    @property
    def files(self) -> list["DraftFile"]:
        """Its files, read along by `with_files`."""
        return [DraftFile(draft=self, **one) for one in vars(self).get("files_read", ())]

    @property
    def asks(self) -> str:
        """The name of whoever is to look at it."""
        return self.reviewer.name if self.reviewer else self.reviewer_team.name if self.reviewer_team else ""

    def is_asked_of(self, agent: Agent) -> bool:
        """Whether this agent is to look at it. Nobody approves their own words."""
        is_meant = self.reviewer_id == agent.pk or self.reviewer_team_id in agent.team_ids()
        return self.review == "asked" and is_meant and self.agent_id != agent.pk

    def is_written_by(self, agent: Agent) -> bool:
        """Whether this agent may write in it: whose it is, and who is asked to look at it."""
        return self.agent_id == agent.pk or self.is_asked_of(agent)


class DraftFile(models.Model):
    """A file that is on the server already and goes along. Its bytes lie in the file store."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="attached")
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("file of a draft")
        constraints: ClassVar = [
            models.CheckConstraint(name="tickets_draftfile_hashed", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
        ]

    def __str__(self) -> str:
        return f"file {self.pk} of draft {self.draft_id}"

    @property
    def content_id(self) -> str:
        """By which the text shows it, where it is a picture."""
        return f"{self.sha256[:32]}@picture.anliegen"

    def as_file(self) -> File:
        return File(self.filename, self.content_type, self.size, self.sha256)
