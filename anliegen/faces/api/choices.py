"""What a program names, looked up: teams, agents, and the version of a ticket it read."""

from anliegen.faces.api.problems import Refused, invalid
from anliegen.faces.api.shapes import TicketChange, cleaned
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket

LONGEST_KEY = 18


def change(content: TicketChange) -> Change:
    """The change that was asked for. Raises Refused for a team or agent that does not exist."""
    wanted = {name: getattr(content, name) for name in content.model_fields_set}
    if wanted.get("team") is not None:
        wanted["team"] = team(str(content.team), field="team")
    if wanted.get("assignee") is not None:
        wanted["assignee"] = agent(str(content.assignee), field="assignee")
    return Change(**wanted)


def team(named: str, *, field: str) -> Team:
    """An active team by number or short name. Raises Refused."""
    named, teams = cleaned(named), Team.objects.filter(is_active=True)
    found = teams.filter(pk=int(named)).first() if _is_key(named) else teams.filter(slug=named).first()
    if found is None:
        raise invalid(field, "is no active team")
    return found


def agent(named: str, *, field: str) -> Agent:
    """An active agent by number or e-mail address. Raises Refused."""
    named, agents = cleaned(named), Agent.objects.active()
    found = agents.filter(pk=int(named)).first() if _is_key(named) else agents.filter(email__iexact=named).first()
    if found is None:
        raise invalid(field, "is no active agent")
    return found


def expected_version(ticket: Ticket, if_match: str | None) -> int | None:
    """Which version the caller insists on; None: any. Raises Refused when it is not the present one.

    By RFC 9110: `*` is any version, several may be named, and a weak one never matches. Whether the version is still
    the present one when the change is made, the action looks at again, under its lock.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    if ticket.etag not in [tag.strip() for tag in if_match.split(",")]:
        raise changed_meanwhile()
    return ticket.version


def changed_meanwhile() -> Refused:
    return Refused(
        "changed-meanwhile", "Read it again, and decide with what you see then.", errors=[("If-Match", "is old")]
    )


def joined(elsewhere: actions.JoinedElsewhere) -> Refused:
    return Refused("joined", f"It is carried on in ticket {elsewhere.into}; change that one.")


def _is_key(named: str) -> bool:
    return named.isascii() and named.isdigit() and len(named) <= LONGEST_KEY
