"""Agents, their roles and teams, and what lets them in."""

import secrets
from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models.operator import LANGUAGES, Team

THEMES = [("system", _("as the device")), ("light", _("light")), ("dark", _("dark")), ("contrast", _("high contrast"))]
WRITES = [("plain", _("plain text")), ("rich", _("with formatting"))]
AFTERWARDS = [
    ("stay", _("stay with the concern")),
    ("next", _("open the next one")),
    ("back", _("go back to the list")),
]
SCOPES = ("read", "write")


class Role(models.Model):
    """A named set of permissions (codes of `permissions.py`). `sees_all_teams` widens what its agents may see."""

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("short name"), unique=True)
    permissions = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    sees_all_teams = models.BooleanField(_("sees all teams"), default=False)

    class Meta:
        verbose_name = _("role")

    def __str__(self) -> str:
        return self.name


class AgentManager(BaseUserManager["Agent"]):
    def get_by_natural_key(self, username: str | None) -> "Agent":
        return self.get(email__iexact=username)

    def active(self) -> "models.QuerySet[Agent]":
        return self.filter(is_active=True)

    def at_work(self) -> "models.QuerySet[Agent]":
        """With role and teams, of which every page asks."""
        teams = RawSQL("ARRAY(SELECT team_id FROM accounts_membership WHERE agent_id = accounts_agent.id)", ())
        return self.select_related("role").annotate(teams_read=teams)

    def create_agent(self, *, email: str, password: str | None = None, **fields: Any) -> "Agent":
        """A row without its event: use `actions.create_agent`."""
        agent = self.model(email=self.normalize_email(email).lower(), **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent


class Agent(AbstractBaseUser):
    """A person who answers customers. Logs in with the e-mail address."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="agents", verbose_name=_("role"))
    teams = models.ManyToManyField(Team, through="Membership", related_name="agents", verbose_name=_("teams"))
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="de")
    theme = models.CharField(_("appearance"), max_length=10, choices=THEMES, default="system")
    shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    writes = models.CharField(_("answers begin"), max_length=10, choices=WRITES, default="plain", db_default="plain")
    after_sending = models.CharField(
        _("after sending"), max_length=10, choices=AFTERWARDS, default="stay", db_default="stay"
    )
    # Other keys than the usual ones, by the usual one; empty where the agent wants none.
    keys = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    # Topics of tickets they know well, and languages besides that of the house.
    skills = ArrayField(models.CharField(max_length=60), default=list, db_default=[], blank=True)
    speaks = ArrayField(models.CharField(max_length=8), default=list, db_default=[], blank=True)
    breather_at = models.DateTimeField(null=True)  # when they asked for something lighter next; nobody else is told

    objects = AgentManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("agent")
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="accounts_agent_email_once")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def itself(self) -> Self:
        """The agent, asked of what stands for one until it is needed."""
        return self

    def team_ids(self) -> list[int]:
        """The agent's teams; read once per object, since lists and rights ask often."""
        if not hasattr(self, "_team_ids"):
            read: list[int] | None = getattr(self, "teams_read", None)
            asked = Membership.objects.filter(agent=self).values_list("team_id", flat=True)
            self._team_ids = list(asked) if read is None else read
        return self._team_ids


class Membership(models.Model):
    """An agent belongs to a team."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE)
    team = models.ForeignKey(Team, on_delete=models.CASCADE)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agent", "team"], name="accounts_membership_once")]

    def __str__(self) -> str:
        return f"{self.agent_id} in {self.team_id}"


class Invitation(models.Model):
    """A link by which an agent sets the first or a new password, without an administrator ever knowing it."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self) -> Self:
        return self.filter(revoked_at=None, agent__is_active=True)

    def note_use(self, *, on: date) -> int:
        """Keep the day of the last use. Without an event: it is nothing that anybody has to answer for."""
        return self.update(last_used_on=on)


class ApiToken(models.Model):
    """A key for programs, acting for an agent within its scopes. Only the SHA-256 of it is kept."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20), default=list)
    created_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        constraints: ClassVar = [
            models.CheckConstraint(name="accounts_token_scopes_known", condition=Q(scopes__contained_by=list(SCOPES))),
        ]

    def __str__(self) -> str:
        return f"token {self.pk}"


def new_secret(prefix: str) -> str:
    """A secret to show once: recognisable by its prefix, 256 bits of chance."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"
