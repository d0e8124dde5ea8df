"""The acknowledgement: names concern, number, team and an honest expected time. Written by a rule, and says so."""

from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Operator
from anliegen.records.accounts.queries import the_operator
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets import actions, queries
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.links import status_link
from anliegen.records.tickets.models import Message, Ticket

RULE = "acknowledge"
TOO_OLD = timedelta(days=1)  # after a long standstill nobody is to be greeted for yesterday's mail
BRAKE, WITHIN = 10, timedelta(minutes=10)  # so many acknowledgements to one person in this time, then none
NOT_A_PERSON = (
    "no-reply",
    "noreply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "mailer-daemon",
    "postmaster",
    "bounce",
)


def acknowledge(event: Event) -> None:
    """Read a `ticket.triaged`: tell the customer that the concern arrived, once, unless a machine wrote it."""
    operator = the_operator()
    ticket = (
        Ticket.objects.select_related("team", "brand", "person").filter(pk=int(event.subject.partition(":")[2])).first()
    )
    if ticket is None or not operator.acknowledges or not _deserves_one(ticket, clock.now()):
        return
    # Asked first, not caught: an action that fails takes the whole batch of this reader back.
    if not actions.recipients_of(ticket):
        return  # a letter, a call or a form without a mail address: a person answers
    language = language_for(ticket, operator)
    with translation.override(language):
        answer = Answer(text=words(ticket, operator, language), subject=_subject(ticket), channel="email")
    actions.acknowledge(ticket, answer, rule=RULE, actor=Actor.rule(RULE).because_of(event), at=clock.now())


def language_for(ticket: Ticket, operator: Operator) -> str:
    """German or English: what the person chose, else what they wrote in, else the operator's."""
    for language in (ticket.person.language, ticket.language):
        if language in ("de", "en"):
            return language
    return "en" if ticket.language else operator.default_language


def words(ticket: Ticket, operator: Operator, language: str) -> str:
    """The text, in the language that is active."""
    paragraphs = [
        salutation(ticket.person, language=language),
        _("We have received your concern and stored it safely."),
        _particulars(ticket),
        queries.expected_answer(ticket.team, language),
        _("You can see at any time how it stands, and add something:\n%(link)s") % {"link": status_link(ticket)},
        way_to_a_person(operator),
        _("This confirmation was written by a rule. Your concern itself is read by a person."),
    ]
    return "\n\n".join(part for part in paragraphs if part)


def way_to_a_person(operator: Operator) -> str:
    """How to reach a human being; stands in every mail."""
    if operator.phone and operator.callback_address:
        return _("Would you rather talk to a person? Call us: %(phone)s. Or ask for a call back: %(address)s.") % {
            "phone": operator.phone,
            "address": operator.callback_address,
        }
    if operator.phone:
        return _("Would you rather talk to a person? Call us: %(phone)s.") % {"phone": operator.phone}
    if operator.callback_address:
        return _("Would you rather talk to a person? Ask for a call back: %(address)s.") % {
            "address": operator.callback_address
        }
    return _("Would you rather talk to a person? Just answer this mail and say so.")


def is_from_a_person(message: Message) -> bool:
    """Whether somebody would read an answer: neither an automatic mail nor an address that nobody reads."""
    return not message.automatic and not message.from_address.lower().partition("@")[0].startswith(NOT_A_PERSON)


def _particulars(ticket: Ticket) -> str:
    lines = [
        _("Your concern: %(subject)s") % {"subject": ticket.subject or _("without a subject")},
        _("Its number: %(number)s") % {"number": ticket.pk},
    ]
    if ticket.team is not None:
        lines.append(_("It is with: %(team)s") % {"team": ticket.team.name})
    else:
        lines.append(_("A person is now deciding which team takes care of it."))
    return "\n".join(lines)


def _subject(ticket: Ticket) -> str:
    return _("We have received your concern: %(subject)s [#%(number)s]") % {
        "subject": ticket.subject[:300],
        "number": ticket.pk,
    }


def _deserves_one(ticket: Ticket, at: datetime) -> bool:
    first = Message.objects.filter(ticket=ticket, direction="in").order_by("pk").first()
    if first is None or not is_from_a_person(first) or at - first.created_at > TOO_OLD:
        return False
    if Message.objects.filter(ticket=ticket, direction="out").exists():
        return False
    lately = Message.objects.filter(rule=RULE, ticket__person=ticket.person_id, created_at__gt=at - WITHIN)
    return lately.count() < BRAKE
