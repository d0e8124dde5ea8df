"""One text, and what it says to each: placeholders are filled as in a text block, with each person's own salutation."""

from django.utils import timezone

from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Person
from anliegen.records.customers.salutation import salutation
from anliegen.records.knowledge.placeholders import fill
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.models import Ticket


def said_to(ticket: Ticket, text: str, agent: Agent) -> str:
    """What the text says in this ticket, written by this agent; what is not known stays an open place."""
    person = ticket.person if ticket.person.is_hidden else addressees_of(ticket).person or ticket.person
    language = (person.language or ticket.language or "de")[:2]
    today = timezone.localdate(clock.now())
    return fill(text, values_of(ticket, person, agent, language), today=today, language=language)


def values_of(ticket: Ticket, person: Person, agent: Agent, language: str) -> dict[str, str]:
    """What is known in a ticket, by the names of placeholders. The number of a problem is in none of them."""
    return {
        "anrede": salutation(person, language=language),
        "name": "" if person.is_hidden else person.name,
        "vorgangsnummer": str(ticket.pk),
        "betreff": ticket.subject,
        "bearbeitung": agent.name,
        "team": ticket.team.name if ticket.team else "",
        "marke": ticket.brand.name,
    }
