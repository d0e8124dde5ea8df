"""When an agent is left in peace: outside the service hours of their team unless they chose something else."""

from datetime import datetime

from django.utils import timezone

from anliegen.faces.workspace.models import Calm
from anliegen.records.accounts import hours
from anliegen.records.accounts.calendar import BusinessHours, is_open
from anliegen.records.accounts.models import Agent, Team


def calm_of(agent: Agent) -> Calm:
    """What the agent chose, or what holds for who chose nothing."""
    return Calm.objects.filter(pk=agent.pk).first() or Calm(agent=agent)


def hours_of(agent: Agent) -> BusinessHours | None:
    """The service hours of the agent's first team."""
    return hours.of_team(Team.objects.filter(pk__in=agent.team_ids()).order_by("pk").first())


def is_quiet(calm: Calm, plan: BusinessHours | None, *, at: datetime) -> bool:
    """Whether these are the agent's quiet hours. Pure. Who has no service hours has none outside of them either."""
    match calm.quiet:
        case "never":
            return False
        case "own":
            now = timezone.localtime(at).time()
            if calm.begins < calm.ends:
                return calm.begins <= now < calm.ends
            return now >= calm.begins or now < calm.ends  # over midnight
    return plan is not None and any(plan.weekly.values()) and not is_open(plan, at)


def may_disturb(agent: Agent, kind: str, *, at: datetime) -> bool:
    """Whether a notice of this kind may be pushed now: to open pages, by the browser, with a sound."""
    calm = calm_of(agent)
    return kind in calm.passes or not is_quiet_for(agent, calm, at=at)


def is_quiet_for(agent: Agent, calm: Calm, *, at: datetime) -> bool:
    return is_quiet(calm, hours_of(agent) if calm.quiet == "business" else None, at=at)
