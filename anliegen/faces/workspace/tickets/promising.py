"""What an answer promises is offered while it is written: a person says what of it is a promise, and who sees to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, insist
from anliegen.faces.workspace.tickets import choices
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.faces.workspace.tickets.writing import ReplyForm
from anliegen.ground import clock
from anliegen.records.accounts import hours
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets.content import Answer, Promised
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.promising import Noticed, noticed

LATEST = timedelta(days=3 * 366)
FIELD = "%Y-%m-%dT%H:%M"  # as the browser's own field for a time wants it


@dataclass(frozen=True)
class Offer:
    """A passage that reads like a promise, and what the writer said of it so far."""

    noticed: Noticed
    is_kept: bool  # as a promise
    due: str
    owner: str
    is_new: bool  # the writer has not seen it yet

    @property
    def key(self) -> str:
        return self.noticed.key

    @property
    def due_at(self) -> datetime | None:
        return moment_of(self.due)

    @property
    def problem(self) -> str:
        if not self.is_kept:
            return ""
        if self.due_at is None or not clock.now() < self.due_at < clock.now() + LATEST:
            return _("Choose a time that is still to come.")
        return ""


@asks("ticket.reply")
@require_POST
def notice(request: HttpRequest, number: int) -> HttpResponse:
    """What the answer promises as it stands, in the place below its words. Nothing is kept yet."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    found = offers(request.POST, ticket, agent_of(request))
    context = {"ticket": ticket, "offers": found, "owners": owners(ticket, agent_of(request)) if found else []}
    return page(request, "workspace/ticket/promises_found.html", context)


def offers(data: QueryDict, ticket: Ticket, agent: Agent) -> list[Offer]:
    """The promises in the text of a form, each with what its writer chose."""
    text = data.get("text", "")
    # "By tomorrow" is meant from the moment on at which the customer reads it.
    at = max(moment_of(data.get("send_at", "")) or clock.now(), clock.now())
    if not noticed(text, at):
        return []  # so most answers read no hours
    seen = set(data.getlist("promise"))
    return [_offer(one, data, agent, one.key in seen) for one in noticed(text, at, hours.of_team(ticket.team))]


def _offer(one: Noticed, data: QueryDict, agent: Agent, is_seen: bool) -> Offer:
    due = timezone.localtime(one.due_at).strftime(FIELD)
    return Offer(
        noticed=one,
        is_kept=f"keep-{one.key}" in data if is_seen else one.is_firm,
        due=data.get(f"due-{one.key}") or due,
        owner=data.get(f"owner-{one.key}") or f"agent:{agent.pk}",
        is_new=not is_seen,
    )


def asks_first(request: HttpRequest, ticket: Ticket, form: ReplyForm) -> bool:
    """Whether the writer is asked before the answer is sent: one has not been seen yet, or its time does not do."""
    form.offers = offers(request.POST, ticket, agent_of(request))
    return any(one.is_new or one.problem for one in form.offers)


def carried_over(form: ReplyForm, again: ReplyForm, agent: Agent) -> ReplyForm:
    """What was offered stands in the form that is shown again."""
    again.offers = form.offers
    again.owners = owners(form.ticket, agent) if form.offers and form.ticket is not None else []
    return again


def with_promises(answer: Answer, form: ReplyForm, agent: Agent) -> Answer:
    """The answer with the promises that its writer made with it."""
    kept = [one for one in form.offers if one.is_kept]
    offered = dict(owners(form.ticket, agent)) if kept and form.ticket is not None else {}
    made = [promised for one in kept if (promised := _promised(one, agent, offered)) is not None]
    return replace(answer, promises=tuple(made))


def _promised(offer: Offer, agent: Agent, offered: Mapping[str, str]) -> Promised | None:
    """Whoever is not among those who can see to it does not get it: it is the writer's own."""
    if offer.due_at is None:
        return None
    owner = owner_of(offer.owner) if offer.owner in offered else None
    return Promised(words=offer.noticed.words, due_at=offer.due_at, owner=owner or agent)


def owners(ticket: Ticket, agent: Agent) -> Sequence[tuple[str, str]]:
    """(value, name) of who can see to a promise: oneself, the ticket's team, then everybody who can answer."""
    at_hand = choices.of(ticket, agent)
    people = [(f"agent:{key}", name) for key, name in at_hand.agents if key != agent.pk]
    team = [(f"team:{ticket.team.pk}", _("Team %(team)s") % {"team": ticket.team})] if ticket.team else []
    return [(f"agent:{agent.pk}", agent.name), *team, *people]


def owner_of(value: str) -> Agent | Team | None:
    """Who is meant by a value of `owners`; None for nobody who is there."""
    kind, _colon, key = value.partition(":")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    if kind == "agent":
        return Agent.objects.active().filter(pk=key).first()
    return Team.objects.filter(pk=key, is_active=True).first() if kind == "team" else None


def moment_of(value: str) -> datetime | None:
    """What a field for a time holds; None for nothing, and for what is no time."""
    try:
        given = parse_datetime(value)
    except ValueError:
        return None
    if given is None:
        return None
    return given if timezone.is_aware(given) else timezone.make_aware(given)
