"""Somebody lost the link to their status page: it goes to the address they used, never to the page that asks for it."""

import hmac
from datetime import datetime

from django.utils import crypto, translation
from django.utils.translation import gettext as _

from anliegen.flow.channels.addressed import language_for
from anliegen.flow.channels.greeting import greeted, greeting
from anliegen.flow.channels.way_to_a_person import way_to_a_person
from anliegen.ground import clock
from anliegen.ground.jobs import defer, job
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Operator
from anliegen.records.accounts.queries import the_operator
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.links import is_too_old, kept_link
from anliegen.records.tickets.models import Message, Ticket

RULE = "status-link"
MOST, WITHIN_S = 3, 3600  # so many of these mails for one ticket in this time, then none


def ask(number: int, email: str) -> None:
    """Have the link mailed if number and address belong together. Does the same work if not: nobody can tell."""
    defer(send, number=number, address=_digest(email))


@job(queue="mail")
def send(number: int, address: str) -> None:
    """`address` is a digest, so that no mail address stands in the table of jobs."""
    ticket = Ticket.objects.select_related("person", "brand").filter(pk=number).first()
    at = clock.now()
    if ticket is None or is_too_old(ticket, at=at) or _was_sent_lately(ticket):
        return
    owned = Address.objects.select_related("person").filter(person=ticket.person_id, kind="email").order_by("pk")
    found = next((one for one in owned if hmac.compare_digest(_digest(one.value), address)), None)
    if found is None:
        return
    operator = the_operator()
    with translation.override(language_for(ticket, operator)):
        answer = Answer(
            text=_words(ticket, operator, at),
            subject=_("The link to your concern [#%(number)s]") % {"number": ticket.pk},
            to=((greeted(found.person.name), found.value),),
            channel="email",
        )
    actions.acknowledge(ticket, answer, rule=RULE, actor=Actor.rule(RULE), at=at)


def _words(ticket: Ticket, operator: Operator, at: datetime) -> str:
    paragraphs = [
        greeting(ticket.person, language=translation.get_language()),
        _("Somebody asked us for the link to your concern %(number)s. Here it is:") % {"number": ticket.pk},
        kept_link(ticket),
        _("If it was not you who asked, you need not do anything: only you got this mail."),
        way_to_a_person(operator, ticket.brand, at=at),
        _("This message was written by a rule."),
    ]
    return "\n\n".join(paragraphs)


def _was_sent_lately(ticket: Ticket) -> bool:
    newest = (
        Message.objects.filter(ticket=ticket, rule=RULE)
        .order_by("-created_at", "-pk")
        .values_list("created_at", flat=True)
    )
    latest = list(newest[:MOST])
    return len(latest) == MOST and (clock.now() - latest[-1]).total_seconds() < WITHIN_S


def _digest(email: str) -> str:
    return crypto.salted_hmac("anliegen.status-link", fold_address("email", email), algorithm="sha256").hexdigest()
