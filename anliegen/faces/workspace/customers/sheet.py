"""What the parts about a customer show; each is read when a template comes to it, and once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise as Lazy

from anliegen.flow.channels import undelivered
from anliegen.ground import clock, text
from anliegen.ground.journal.record import pk_of
from anliegen.oversight.compliance.names import names
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.customers import queries
from anliegen.records.customers.likeness import WORDS
from anliegen.records.customers.models import (
    MOMENT_KINDS,
    WAYS_TO_CONSENT,
    Address,
    Category,
    Merge,
    Moment,
    Person,
)
from anliegen.records.customers.queries import Proposal, Told
from anliegen.records.tickets import people
from anliegen.records.tickets.models import Message, Promise, Ticket

ALL_CONTACTS = 100
MOST_SOURCES = 5
SHORT = 90
USUALLY_KEPT = timedelta(days=365)
MOMENT_KEPT = timedelta(days=180)


def person_for(agent: Agent, pk: int) -> Person:
    """The person, if this agent may see them; who was merged is shown as whom they are carried on. Else as if there
    were none."""
    found = Person.objects.select_related("organisation", "merged_into").filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    found = queries.carried_on(found)
    if not people.seen_people(agent).filter(pk=found.pk).exists():
        raise Http404
    return found


@dataclass(frozen=True)
class Contact:
    """One line of the last contacts."""

    message: Message
    words: str

    @property
    def is_ours(self) -> bool:
        return self.message.direction == "out"


@dataclass(frozen=True)
class Likely:
    """Somebody who is perhaps the same person, with the reasons in words."""

    person: Person
    reasons: list[str | Lazy]
    codes: str


class Sheet:
    """Everything about one person, for one agent; `ticket` where it stands beside one."""

    def __init__(self, person: Person, agent: Agent, ticket: Ticket | None = None) -> None:
        self.person, self.agent, self.ticket = person, agent, ticket
        self.errors: dict[str, Any] = {}  # forms that were sent with mistakes, by part

    @cached_property
    def may_change(self) -> bool:
        return may(self.agent, "customer.change")

    @cached_property
    def today(self) -> date:
        return timezone.localtime(clock.now()).date()

    @property
    def until(self) -> date:
        """The day to go that is proposed for a fact."""
        return self.today + USUALLY_KEPT

    @property
    def moment_until(self) -> date:
        return self.today + MOMENT_KEPT

    @cached_property
    def addresses(self) -> list[Address]:
        """The valid ones first, of these the preferred ones."""
        rows = self.person.addresses.order_by("kind", "pk")
        return sorted(rows, key=lambda one: (one.ended_at is not None, not one.is_preferred))

    @cached_property
    def moments(self) -> list[Moment]:
        return list(queries.moments_of(self.person))

    @cached_property
    def told(self) -> Told:
        return queries.told_by(self.person)

    @cached_property
    def promises(self) -> list[Promise]:
        """What this person was promised and still waits for, in tickets that the agent may see; the next one first."""
        return people.promised_to(self.person, self.agent)

    @cached_property
    def contacts(self) -> list[Contact]:
        return self._contacts(people.NEWEST_CONTACTS)

    @cached_property
    def all_contacts(self) -> list[Contact]:
        return self._contacts(ALL_CONTACTS)

    @cached_property
    def likely(self) -> list[Likely]:
        """Who is perhaps the same person, as far as the agent may see them."""
        proposals = queries.likely_duplicates(self.person, people.mentioned_by(self.person))
        seen = set(
            people.seen_people(self.agent)
            .filter(pk__in=[one.person.pk for one in proposals])
            .values_list("pk", flat=True)
        )
        return [_likely(one) for one in proposals if one.person.pk in seen]

    @cached_property
    def merges(self) -> list[Merge]:
        return queries.merges_of(self.person)

    @cached_property
    def categories(self) -> list[Category]:
        return sorted(Category.objects.filter(is_active=True), key=lambda one: text.sort_key(one.name))

    @cached_property
    def sources(self) -> list[Message]:
        """The newest words of the customer in the ticket beside which it is noted: in one of them they said it."""
        if self.ticket is None:
            return []
        said = self.ticket.messages.filter(direction="in").defer("html").order_by("-created_at", "-pk")
        return list(said[:MOST_SOURCES])

    def noted_by(self, reference: str) -> str:
        return self._names.get(reference, reference)

    def name_of(self, reference: str) -> str:
        """Any actor's name, for this agent."""
        return names({reference}, self.agent)[reference]

    def source_of(self, reference: str) -> str | None:
        """The address of the message from which something was noted, when the agent may see it."""
        return self._sources.get(reference)

    def bounce(self, address: Address) -> str | Lazy:
        return undelivered.explain(address.bounce_code).happened

    def moment_word(self, moment: Moment) -> str | Lazy:
        return _MOMENTS[moment.kind]

    def way_word(self, way: str) -> str | Lazy:
        return _WAYS[way]

    @property
    def ways(self) -> Sequence[tuple[str, str | Lazy]]:
        return WAYS_TO_CONSENT

    @cached_property
    def _names(self) -> dict[str, str]:
        noted = {one.noted_by for one in self.moments}
        if "told" in vars(self):  # beside a ticket only the moments are read at once
            noted |= {one.noted_by for one in self.told.facts} | {one.noted_by for one in self.told.consents}
        return names(noted, self.agent)

    @cached_property
    def _sources(self) -> dict[str, str]:
        sources = {one.source for one in self.moments}
        if "told" in vars(self):
            sources |= {one.source for one in self.told.facts} | {one.source for one in self.told.consents}
        asked = {pk_of(source): source for source in sources if source}
        if not asked:
            return {}
        visible = Ticket.objects.visible_to(self.agent)
        found = Message.objects.filter(pk__in=asked, ticket__in=visible).values_list("pk", "ticket_id")
        return {asked[pk]: f"{reverse('workspace:ticket', args=[number])}#m{pk}" for pk, number in found}

    def _contacts(self, most: int) -> list[Contact]:
        found = people.contacts_of(self.person, self.agent, most=most)
        return [Contact(one, text.shorten(one.said[:400], SHORT)) for one in found]


def _likely(one: Proposal) -> Likely:
    codes = one.likeness.reasons
    return Likely(one.person, [WORDS[code] for code in codes], ",".join(codes))


_MOMENTS, _WAYS = dict(MOMENT_KINDS), dict(WAYS_TO_CONSENT)
