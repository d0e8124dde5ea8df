"""What help works on: what was said in this one concern, whose names must not leave, and whether anything may."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from anliegen.faces.workspace.tickets import outside
from anliegen.faces.workspace.tickets.blocks import Here
from anliegen.flow.assist.hiding import Known
from anliegen.flow.assist.prompts import Material
from anliegen.flow.assist.prompts import Said as Part
from anliegen.flow.assist.summary import Line, Said, Summary, summarise
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets.models import Message, Participant, Ticket

MOST_SAID = 60  # messages, the newest
MOST_WANTS = 2


@dataclass
class Concern:
    """One ticket, read once for any kind of help. Nothing of another ticket ever gets in here."""

    ticket: Ticket
    agent: Agent
    text: str  # that stands in the editor

    @cached_property
    def here(self) -> Here:
        return Here(self.ticket, self.agent)

    @cached_property
    def messages(self) -> list[Message]:
        """What people said to each other, oldest first; nothing under a feigned name."""
        heard = self.ticket.messages.heard().filter(rule="", automatic="", is_forward=False)
        rows = heard.exclude(authenticity__startswith="failed")
        return list(rows.select_related("agent").order_by("-created_at", "-pk")[:MOST_SAID])[::-1]

    @cached_property
    def summary(self) -> Summary:
        return summarise(
            [
                Said(one.pk, one.direction == "in", one.said, one.language or self.ticket.language)
                for one in self.messages
            ]
        )

    @property
    def asked(self) -> str:
        """What it is about, to look for what is alike: the subject and what the customer wrote first and last."""
        own = [one.said for one in self.messages if one.direction == "in"]
        return "\n".join([self.ticket.subject, *own[:1], *own[1:][-1:]])

    @property
    def wants(self) -> list[str]:
        """The customer's own sentences that an answer takes up."""
        open_now = [line.text for line in self._open if line.kind != "question"]
        wants = [line.text for line in self.summary.wants if line.kind != "question"]
        return (open_now or wants)[-MOST_WANTS:]

    @property
    def questions(self) -> list[str]:
        return [line.text for line in self._open if line.kind == "question"]

    @property
    def is_by_hand(self) -> bool:
        return outside.is_by_hand(self.ticket)

    @property
    def is_sealed(self) -> bool:
        return outside.is_sealed(self.ticket)

    def may_leave(self) -> bool:
        return outside.may_leave(self.ticket)

    def known(self) -> Known:
        """The names and values of everybody who takes part, us included."""
        return known_of(self.ticket, [*self.messages, *self.ticket.messages.filter(direction="in")], self.agent)

    def material(self, blocks: Sequence[str] = (), *, language: str = "") -> Material:
        """`language`: of what comes back; that of the answer where none is given."""
        said = [Part("customer" if one.direction == "in" else "own", one.said) for one in self.messages]
        return Material(
            (*(Part("knowledge", text) for text in blocks), *said), self.text, language or self.here.language
        )

    @property
    def _open(self) -> list[Line]:
        return [] if self.summary.waits_for_customer else list(self.summary.open)


def known_of(ticket: Ticket, messages: Sequence[Message], agent: Agent | None = None) -> Known:
    """Of one ticket: persons, their organisation and addresses, whoever wrote or got a mail, and colleagues."""
    return known_of_each([(ticket, messages)], agent)[ticket.pk]


def known_of_each(said: Sequence[tuple[Ticket, Sequence[Message]]], agent: Agent | None = None) -> dict[int, Known]:
    """The same of several tickets, by their numbers, with as many questions to the database as of one."""
    numbers = [ticket.pk for ticket, _messages in said]
    asking = Person.objects.filter(pk__in=[ticket.person_id for ticket, _messages in said])
    persons = {one.pk: one for one in asking.select_related("organisation")}
    people = {ticket.pk: {ticket.person_id: persons[ticket.person_id]} for ticket, _messages in said}
    for part in Participant.objects.filter(ticket__in=numbers).select_related("address__person"):
        people[part.ticket_id].setdefault(part.address.person_id, part.address.person)
    addresses: dict[int, list[str]] = {}
    everybody = {pk for each in people.values() for pk in each}
    for pk, value in Address.objects.filter(person__in=everybody).values_list("person_id", "value"):
        addresses.setdefault(pk, []).append(value)
    return {
        ticket.pk: _known(people[ticket.pk], persons[ticket.person_id], addresses, messages, agent)
        for ticket, messages in said
    }


def _known(
    people: Mapping[int, Person],
    person: Person,
    addresses: Mapping[int, Sequence[str]],
    messages: Sequence[Message],
    agent: Agent | None,
) -> Known:
    names = [name for one in people.values() for name in (one.name, one.given_name, one.family_name)]
    values = [value for one in people.values() for value in (one.street, f"{one.postcode} {one.city}".strip())]
    values += [value for pk in people for value in addresses.get(pk, ())]
    if person.organisation is not None:
        names.append(person.organisation.name)
    for name, address in _mentioned(messages):
        names.append(name)
        values.append(address)
    if agent is not None:
        names.append(agent.name)
    return Known(tuple(dict.fromkeys(filter(None, names))), tuple(dict.fromkeys(filter(None, values))))


def _mentioned(messages: Sequence[Message]) -> Iterator[tuple[str, str]]:
    for one in messages:
        yield one.from_name, one.from_address
        yield (one.agent.name if one.agent else ""), ""
        for pair in (*one.to, *one.cc):
            yield pair["name"], pair["address"]
