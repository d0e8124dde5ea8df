"""Whom the operator wants asked: by signal and by level, a team or a person."""

from collections.abc import Mapping
from datetime import datetime

from anliegen.flow.automation import verbs
from anliegen.flow.automation.models import Referral
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.models import Ticket

Next = Team | Agent
# The order in which signals are asked for who is next: what endangers somebody comes first.
BY_WEIGHT = (
    "threat_of_harm",
    "bereavement",
    "illness",
    "hardship",
    "fear",
    "threat_of_suing",
    "wish_for_person",
    "anger",
    "complaint",
    "withdrawal",
    "cancellation",
    "legal_deadline",
    "defect",
    "instruction_to_machine",
)
LEVELS_ASKED = (2, 3, 4)  # of the levels below nobody else than the team is asked
CASES = (*(f"signal:{code}" for code in BY_WEIGHT), *(f"level:{level}" for level in LEVELS_ASKED))


class UnknownCase(Exception):
    """There is no such signal or level."""


def set_referrals(wanted: Mapping[str, Next | None], *, actor: Actor, at: datetime) -> None:
    """For each case named: this team or person from now on, None for nobody in particular. Raises UnknownCase."""
    actor.insist_on_a_person()
    if unknown := set(wanted) - set(CASES):
        raise UnknownCase(", ".join(sorted(unknown)))
    with unit():
        present = {row.code: row for row in Referral.objects.select_for_update().order_by("code")}
        for code, to in wanted.items():
            row = present.get(code)
            if to == (row and (row.team or row.agent)):
                continue
            if to is None and row is not None:
                Referral.objects.filter(pk=row.pk).delete()
            else:
                team, agent = (to, None) if isinstance(to, Team) else (None, to)
                Referral.objects.update_or_create(code=code, defaults={"team": team, "agent": agent})
            record(verbs.REFERRAL_SET, the_operator(), actor=actor, at=at, case=code, to=ref(to) if to else None)


def present_referrals() -> dict[str, Next]:
    """Who is asked, by case; who works here no longer, and teams that were given up, are left out."""
    rows = Referral.objects.select_related("team", "agent").order_by("code")
    asked = {row.code: row.team or row.agent for row in rows}
    return {code: to for code, to in asked.items() if to is not None and to.is_active}


def who_answers(ticket: Ticket) -> Agent | None:
    """Who answers for what is read out of a ticket's messages: of its mailbox, the team's lead, else who manages the
    settings for the longest time; None while nobody works here."""
    named = ticket.mailbox.responsible if ticket.mailbox is not None else None
    lead = ticket.team.lead if ticket.team is not None else None
    for agent in (named, lead):
        if agent is not None and agent.is_active:
            return agent
    managing = Agent.objects.filter(is_active=True, role__permissions__contains=["settings.manage"])
    return managing.order_by("pk").first() or Agent.objects.filter(is_active=True).order_by("pk").first()
