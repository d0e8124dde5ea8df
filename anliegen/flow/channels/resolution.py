"""A concern is marked as resolved without an answer: the mail that tells the customer so, begun for the agent.

The agent reads it, says what was done, and sends it as their own words, or decides that nobody is told. So no rule
writes to anybody here: nothing can go out twice or answer a machine, and it can be taken back like any answer.
"""

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from anliegen.flow.channels.acknowledge import is_from_a_person, language_for
from anliegen.records.accounts.models import Operator
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket

CHANNEL = "email"


def recipients(ticket: Ticket) -> tuple[tuple[str, str], ...]:
    """(name, address) of those who can be told; nobody where a machine wrote, or where there is no mail address."""
    first = Message.objects.filter(ticket=ticket, direction="in").order_by("created_at", "pk").first()
    if first is not None and not is_from_a_person(first):
        return ()
    return actions.recipients_of(ticket)


def words(ticket: Ticket, operator: Operator) -> str:
    """How the mail begins, in the customer's language: what is known for certain, and nothing more.

    The link, the question whether it is settled, and the way to a person are added to every answer when it is sent.
    """
    language = language_for(ticket, operator)
    with translation.override(language):
        paragraphs = [
            salutation(ticket.person, language=language),
            _("From our side your concern “%(subject)s” is done.") % {"subject": ticket.subject}
            if ticket.subject
            else _("From our side your concern is done."),
            _last_answer(ticket),
            _("If something is missing, just answer this mail: then we go on."),
        ]
    return "\n\n".join(part for part in paragraphs if part)


def _last_answer(ticket: Ticket) -> str:
    said = Message.objects.filter(ticket=ticket, direction="out", agent__isnull=False, channel=CHANNEL)
    newest = said.heard().order_by("-created_at", "-pk").first()
    if newest is None:
        return ""
    day = formats.date_format(timezone.localtime(newest.created_at), "DATE_FORMAT")
    return _("Our last answer to you is of %(day)s.") % {"day": day}
