"""To whom a mail goes: who is spoken to, in which language, and whose status page it may link.

Whoever has the owner's link reads the conversation and acts as its owner. So a mail brings it only where every address
it goes to is the owner's.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from anliegen.records.accounts.models import Operator
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets.models import Message, Ticket
from anliegen.records.tickets.queries import with_joined


@dataclass(frozen=True)
class Addressed:
    """`person` is behind all the addresses, None when nobody or several people are.

    `page` is the ticket whose status page is theirs: the one that is answered, or one that was joined into it.
    """

    ticket: Ticket
    person: Person | None
    page: Ticket | None

    def language(self, operator: Operator) -> str:
        return language_for(self.page or self.ticket, operator, self.person)


def addressed(ticket: Ticket, addresses: Iterable[str]) -> Addressed:
    """Whom a mail about this ticket speaks to that goes to these mail addresses and to no other."""
    wanted = {fold_address("email", each) for each in addresses}
    found = list(Address.objects.filter(kind="email", folded__in=wanted).select_related("person").order_by("pk"))
    if not found or len(found) < len(wanted) or len({each.person_id for each in found}) > 1:
        return Addressed(ticket, None, None)
    person = ticket.person if found[0].person_id == ticket.person_id else found[0].person
    return Addressed(ticket, person, _page_of(person, ticket))


def recipients(message: Message) -> list[str]:
    """Every address a message goes to."""
    return [each["address"] for each in (*message.to, *message.cc)]


def language_for(ticket: Ticket, operator: Operator, person: Person | None = None) -> str:
    """German or English: what the person chose (else whose ticket it is), else what was written in, else ours."""
    for language in ((person or ticket.person).language, ticket.language):
        if language in ("de", "en"):
            return language
    return "en" if ticket.language else operator.default_language


def _page_of(person: Person, ticket: Ticket) -> Ticket | None:
    if ticket.person_id == person.pk:
        return ticket
    joined = Ticket.objects.filter(pk__in=with_joined(ticket)[1:], person=person)
    return joined.select_related("person").order_by("-pk").first()
