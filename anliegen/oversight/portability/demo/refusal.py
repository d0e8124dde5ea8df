"""One "no" of the demo as it is said today: with reason, rule, alternatives, how to object, and the next instance."""

from datetime import datetime, timedelta

from anliegen.flow.channels import refusal
from anliegen.ground.journal.actors import Actor
from anliegen.oversight.portability.demo.shapes import DemoOperator
from anliegen.records.accounts.models import Recourse
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Declined
from anliegen.records.tickets.models import Message, Ticket

TAGS = ["abschlag", "ablehnung"]  # what the concern is about
MAILED = ("reply", "email")
REQUEST = "einen niedrigeren Abschlag"
FACTS = {
    "decision": "Auf den gewünschten Betrag setzen wir den Abschlag nicht herab.",
    "reason": "Bei Ihrem Verbrauch der letzten zwölf Monate reicht er nicht. Mit der Jahresrechnung käme eine"
    " Nachzahlung von mehreren hundert Euro auf einmal, und die möchten wir Ihnen ersparen.",
    "rule": "§ 13 Absatz 1 der Stromgrundversorgungsverordnung: Der Abschlag richtet sich nach dem Verbrauch des"
    " letzten Abrechnungszeitraums.",
    "alternatives": "Wir senken den Abschlag sofort um 15 Prozent; das trägt Ihr Verbrauch noch. Oder Sie schicken uns"
    " Ihren heutigen Zählerstand, dann rechnen wir mit dem, was Sie wirklich verbrauchen.",
}
OBJECT_WITHIN = timedelta(days=28)


def chosen(demo: DemoOperator) -> tuple[str, datetime] | None:
    """The answer that is said in this way, by its ticket's key and its time: the newest no of this kind."""
    said = [
        (turn.at, ticket.key)
        for ticket in demo.tickets
        for turn in ticket.turns
        if set(TAGS) <= set(ticket.tags) and ticket.language == "de" and (turn.kind, turn.channel) == MAILED
    ]
    at, key = max(said, default=(None, ""))
    return (key, at) if at is not None else None


def say_no(ticket: Ticket, *, actor: Actor, at: datetime, status: str) -> Message:
    """Decline what this concern asks for, in a letter that carries all that belongs to it."""
    ticket = Ticket.objects.select_related("team__lead", "brand", "person").get(pk=ticket.pk)
    office = Recourse.objects.filter(kind="conciliation").order_by("pk").first()
    operator, until = the_operator(), (at + OBJECT_WITHIN).date()
    ends = {
        "objection": refusal.objection(ticket, operator, ticket.brand, until),
        "next_instance": refusal.next_instance(ticket, operator, office),
    }
    text = refusal.letter(ticket, operator, FACTS | ends, request=REQUEST)
    declined = Declined(scope="whole", request=REQUEST, object_until=until, recourse=office, **refusal.parts_in(text))
    return actions.decline(ticket, Answer(text), declined, actor=actor, at=at, status=status).message
