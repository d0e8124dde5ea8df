"""A concern is marked as resolved without an answer: the mail that tells the customer so, begun for the agent.

The agent reads it, says what was done, and sends it as their own words, or decides that nobody is told. So no rule
writes to anybody here: nothing can go out twice or answer a machine, and it can be taken back like any answer.
"""

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from anliegen.flow.channels.acknowledge import is_from_a_person
from anliegen.flow.channels.addressed import Addressed, addressed
from anliegen.records.accounts.models import Operator
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets import actions
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.models import Message, Ticket

CHANNEL = "email"
MOST_READ = 50  # of our answers, among which the last one to them is looked for


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
    addresses = [address for _name, address in addressees_of(ticket).to]
    whom = addressed(ticket, addresses)
    language = whom.language(operator)
    with translation.override(language):
        paragraphs = [
            salutation(whom.person or ticket.person, language=language),
            _done(whom),
            _last_answer(ticket, addresses),
            _("If something is missing, just answer this mail: then we go on."),
        ]
    return "\n\n".join(part for part in paragraphs if part)


def _done(whom: Addressed) -> str:
    """Named by the subject under which they wrote: whoever only takes part has their own words for it."""
    concern = whom.page or (whom.ticket if whom.person is None else None)
    if concern is None or not concern.subject:
        return _("From our side your concern is done.")
    return _("From our side your concern “%(subject)s” is done.") % {"subject": concern.subject}


def _last_answer(ticket: Ticket, addresses: list[str]) -> str:
    ours = Message.objects.filter(ticket=ticket, direction="out", agent__isnull=False, channel=CHANNEL)
    said = ours.filter(is_forward=False)
    newest = next(
        (one for one in said.heard().order_by("-created_at", "-pk")[:MOST_READ] if _went_to(one, addresses)), None
    )
    if newest is None:
        return ""
    day = formats.date_format(timezone.localtime(newest.created_at), "DATE_FORMAT")
    return _("Our last answer to you is of %(day)s.") % {"day": day}


def _went_to(message: Message, addresses: list[str]) -> bool:
    wanted = {fold_address("email", each) for each in addresses}
    return not wanted.isdisjoint(fold_address("email", each["address"]) for each in (*message.to, *message.cc))
