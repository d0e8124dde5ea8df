"""Who looks on, and what concerns them: the same rule as `visible_to`, asked without the database for each notice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils import crypto

from anliegen.faces.realtime.notices import Notice
from anliegen.faces.realtime.presence import Here
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import links
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.presence import Place, place_of

LONGEST_TAB = 20


class NotAdmitted(Exception):
    """No stream for this request: 401 without a login or valid link, 403 without the permission."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class AgentViewer:
    """An agent's open page."""

    agent: int
    session: str
    sees_all_teams: bool
    teams: frozenset[int]

    def hears(self, notice: Notice) -> bytes | None:
        """What to tell this page; None when the ticket is not theirs to see."""
        concerned = (
            self.sees_all_teams
            or None in notice.teams
            or self.agent in notice.agents
            or not self.teams.isdisjoint(notice.teams)
        )
        return notice.for_agents() if concerned else None

    def sees(self, place: Place) -> bool:
        """Whether the agent sees a ticket that lies there."""
        team, *agents = place
        return self.sees_all_teams or team is None or team in self.teams or self.agent in agents


@dataclass(frozen=True, slots=True)
class CustomerViewer:
    """A customer's open status page: this ticket and nothing else."""

    ticket: int
    token: str

    def hears(self, notice: Notice) -> bytes | None:
        return notice.for_customers() if notice.ticket == self.ticket else None


Viewer = AgentViewer | CustomerViewer


def admit(headers: Mapping[str, str], query_string: str) -> Viewer:
    """Let in whoever has a session, or the signed link of a status page. Raises NotAdmitted."""
    query = parse_qs(query_string)
    if "number" in query or "token" in query:
        return _customer(query.get("number", [""])[0], query.get("token", [""])[0])
    return _agent(headers.get("cookie", ""))


def standing(viewer: Viewer, query_string: str) -> Here | None:
    """The ticket that an agent's page shows, if it is theirs to see."""
    query = parse_qs(query_string)
    number, tab = query.get("at", [""])[0], query.get("tab", [""])[0]
    if not isinstance(viewer, AgentViewer) or not (number.isdecimal() and len(number) < 19):
        return None
    ticket = Ticket.objects.filter(pk=int(number)).only("team_id", "assignee_id", "guests").first()
    if ticket is None or not viewer.sees(place := place_of(ticket)):
        return None
    name = Agent.objects.values_list("name", flat=True).get(pk=viewer.agent)
    return Here(f"agent:{viewer.agent}", name, ticket.pk, place, tab[:LONGEST_TAB])


def still_admitted(viewers: Iterable[Viewer]) -> dict[Viewer, Viewer]:
    """Each viewer with its present rights; whoever lost them is missing. Three queries, however many viewers."""
    present = set(viewers)
    agents = [viewer for viewer in present if isinstance(viewer, AgentViewer)]
    customers = [viewer for viewer in present if isinstance(viewer, CustomerViewer)]
    return {**_agents_now(agents), **_customers_now(customers)}


def _agent(cookie: str) -> AgentViewer:
    key = parse_cookie(cookie).get(settings.SESSION_COOKIE_NAME)
    if not key:
        raise NotAdmitted(401, "Log in to receive changes.")
    request = HttpRequest()
    request.session = SessionStore(key)
    agent = get_user(request)
    if not isinstance(agent, Agent) or not agent.is_active:
        raise NotAdmitted(401, "Log in to receive changes.")
    if not may(agent, "ticket.read"):
        raise NotAdmitted(403, "Your role does not include reading tickets.")
    return AgentViewer(agent.pk, key, agent.role.sees_all_teams, frozenset(agent.team_ids()))


def _customer(number: str, token: str) -> CustomerViewer:
    ticket = Ticket.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if ticket is None or not links.opens(ticket, token, at=clock.now()):
        raise NotAdmitted(401, "This link does not open a request, or no longer does.")
    return CustomerViewer(ticket.pk, token)


def _agents_now(viewers: list[AgentViewer]) -> dict[Viewer, Viewer]:
    if not viewers:
        return {}
    alive = Session.objects.filter(session_key__in={each.session for each in viewers}, expire_date__gt=clock.now())
    sessions = {session.session_key: session.get_decoded() for session in alive}
    wanted = Agent.objects.filter(pk__in={each.agent for each in viewers}).select_related("role")
    agents = {agent.pk: agent for agent in wanted.prefetch_related("teams")}
    return {
        viewer: replace(
            viewer,
            sees_all_teams=agents[viewer.agent].role.sees_all_teams,
            teams=frozenset(team.pk for team in agents[viewer.agent].teams.all()),
        )
        for viewer in viewers
        if _is_logged_in(agents.get(viewer.agent), sessions.get(viewer.session))
    }


def _is_logged_in(agent: Agent | None, session: dict[str, Any] | None) -> bool:
    """A session ends with logging out, and with every change of the password."""
    if agent is None or session is None or not may(agent, "ticket.read"):
        return False
    return crypto.constant_time_compare(session.get(HASH_SESSION_KEY, ""), agent.get_session_auth_hash())


def _customers_now(viewers: list[CustomerViewer]) -> dict[Viewer, Viewer]:
    tickets = Ticket.objects.in_bulk({viewer.ticket for viewer in viewers}) if viewers else {}
    return {
        viewer: viewer
        for viewer in viewers
        if viewer.ticket in tickets and links.opens(tickets[viewer.ticket], viewer.token, at=clock.now())
    }
