"""What lies on Wiedervorlage in the demo: concerns that wait for somebody else, each with a time and a reason."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts import hours
from anliegen.records.tickets import actions, moments
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.moments import Office

# Until when, as an agent says it, and why.
ASIDE = (
    ("in 2 Tagen", "Netzbetreiber um Auskunft gebeten"),
    ("nächste Woche Mi 9 Uhr", "Ersatzteil soll Mitte der Woche da sein"),
    ("in einer Woche", "Ablesung abwarten"),
    ("in einem Monat", "Nach der Jahresabrechnung noch einmal ansehen"),
)


def put_aside(now: datetime) -> None:
    """The newest that wait for others and have somebody to come back to."""
    waiting = Ticket.objects.filter(status="waiting_internal", assignee__isnull=False).select_related("team")
    for ticket, (words, reason) in zip(waiting.order_by("-last_message_at", "-pk")[: len(ASIDE)], ASIDE, strict=False):
        plan = hours.of_team(ticket.team)
        office = Office(ZoneInfo(plan.timezone if plan is not None else settings.TIME_ZONE), plan)
        until = moments.read(words, now=now, office=office)
        assert ticket.assignee_id is not None
        actions.snooze(ticket, until=until, reason=reason, actor=Actor.agent(ticket.assignee_id), at=now)
