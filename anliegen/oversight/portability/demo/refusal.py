"""One "no" of the demo as it is said today: with reason, rule, alternatives, how to object, and the next instance."""

from datetime import datetime, timedelta

from anliegen.flow.channels import refusal
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Recourse
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Declined
from anliegen.records.tickets.models import Ticket

TAGS = ["abschlag", "ablehnung"]  # what the concern is about
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


def say_no(*, at: datetime) -> None:
    """Decline what the newest open concern of this kind asks for; nothing where there is none."""
    asked = Ticket.objects.open().filter(tags__contains=TAGS, language="de", assignee__isnull=False, channel="email")
    ticket = asked.select_related("team__lead", "brand", "person").order_by("-last_message_at", "-pk").first()
    office = Recourse.objects.filter(kind="conciliation").order_by("pk").first()
    if ticket is None or office is None:
        return
    operator, until = the_operator(), (at + OBJECT_WITHIN).date()
    ends = {
        "objection": refusal.objection(ticket, operator, ticket.brand, until),
        "next_instance": refusal.next_instance(ticket, operator, office),
    }
    text = refusal.letter(ticket, operator, FACTS | ends, request=REQUEST)
    declined = Declined(scope="whole", request=REQUEST, object_until=until, recourse=office, **refusal.parts_in(text))
    author = Actor.agent(ticket.assignee_id or 0)
    said = actions.decline(ticket, Answer(text), declined, actor=author, at=at)
    actions.mark_sent(said.message, actor=SYSTEM, at=at)
