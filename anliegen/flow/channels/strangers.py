"""Somebody who took no part before writes into a concern: they hear that it arrived, and nothing of what it is about.

A son answers for his mother, from his own address. Whether he may read along a person decides; until then no content,
no subject, no number and no link goes to him, and no address that names the concern.
"""

from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.flow.channels.acknowledge import BRAKE, may_be_answered_by_a_rule
from anliegen.flow.channels.addressed import addressed
from anliegen.flow.channels.greeting import greeted, greeting
from anliegen.flow.channels.guard.answers import holds_back
from anliegen.flow.channels.guard.pace import count_of, count_one
from anliegen.flow.channels.way_to_a_person import way_to_a_person
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Operator
from anliegen.records.accounts.queries import Mailboxes, the_operator
from anliegen.records.customers.models import Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket

RULE = "stranger"
ONCE_IN = timedelta(days=7)  # for one concern and one address


def tell(event: Event) -> None:
    """Read a `message.received`: one neutral line to a stranger, unless a machine wrote it or they had one lately."""
    if event.data["first"] or event.data["automatic"]:
        return
    message = Message.objects.select_related("ticket__brand", "person").filter(pk=pk_of(event.data["message"])).first()
    operator, at = the_operator(), clock.now()
    if message is None or message.person is None or not operator.acknowledges or not _deserves_one(message, at):
        return
    if _is_too_much(message.person, at):
        return
    with translation.override(addressed(message.ticket, [message.from_address]).language(operator)):
        answer = Answer(
            text=_words(message.person, message.ticket, operator, at),
            subject=_("Your message has arrived"),
            to=((greeted(message.from_name), message.from_address),),
            channel="email",
        )
    actions.acknowledge(message.ticket, answer, rule=RULE, actor=Actor.rule(RULE).because_of(event), at=at)


def _words(person: Person, ticket: Ticket, operator: Operator, at: datetime) -> str:
    paragraphs = [
        greeting(person, language=translation.get_language()),
        _("Your message has arrived. We answer the person whom it is about."),
        way_to_a_person(operator, ticket.brand, at=at),
        _("This message was written by a rule."),
    ]
    return "\n\n".join(paragraphs)


def _deserves_one(message: Message, at: datetime) -> bool:
    if message.channel != "email" or not message.is_from_stranger or not may_be_answered_by_a_rule(message, at):
        return False
    # Itself one of ours, it would answer itself.
    return Mailboxes.load().find([message.from_address]) is None and not _had_one_lately(message, at)


def _had_one_lately(message: Message, at: datetime) -> bool:
    said = Message.objects.filter(ticket=message.ticket_id, rule=RULE, created_at__gt=at - ONCE_IN)
    wrote = message.from_address.lower()
    return any(each["address"].lower() == wrote for to in said.values_list("to", flat=True) for each in to)


def _is_too_much(person: Person, at: datetime) -> bool:
    """As for acknowledgements; these are counted for themselves, by whoever writes into the concerns of others."""
    key = str(person.pk)
    if holds_back(person.pk, is_over=count_of(RULE, key, at) >= BRAKE, most=BRAKE, at=at):
        return True
    count_one(RULE, key, at)
    return False
