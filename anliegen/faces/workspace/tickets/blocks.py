"""Text blocks at a ticket: which there are, and what one says here, with everything filled in that is known."""

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.flow.problems.wording import values_of
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Person
from anliegen.records.customers.salutation import salutation
from anliegen.records.knowledge import queries
from anliegen.records.knowledge.marks import formatted, plain
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.knowledge.placeholders import fill
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.models import Ticket


@dataclass
class Here:
    """What texts are filled with at one ticket, read once for any number of them."""

    ticket: Ticket
    agent: Agent

    @cached_property
    def person(self) -> Person:
        """Who gets the answer; a customer whose data this agent may not read stays unnamed."""
        return self.ticket.person if self.ticket.person.is_hidden else self._addressee

    @cached_property
    def _addressee(self) -> Person:
        return addressees_of(self.ticket).person or self.ticket.person

    @cached_property
    def language(self) -> str:
        """What the person chose, else what the concern was written in."""
        return (self.person.language or self.ticket.language or "de")[:2]

    def said(self, block: TextBlock) -> str:
        """The wording that fits best, still with its marks."""
        language, text = queries.wording(block, self.language)
        return fill(text, self._values(language), today=timezone.localdate(clock.now()), language=language)

    def filled(self, text: str) -> str:
        """A text that is no block, such as a proposed draft, in the language of who gets the answer."""
        values, today = self._values(self.language), timezone.localdate(clock.now())
        return fill(text, values, today=today, language=self.language)

    @property
    def greeting(self) -> str:
        """With which an answer begins already, so that it need not stand there twice."""
        return salutation(self.person, language=self.language)

    def _values(self, language: str) -> dict[str, str]:
        return values_of(self.ticket, self.person, self.agent, language)


@dataclass(frozen=True)
class Offered:
    """A block with what it says here."""

    block: TextBlock
    text: str


def offered(here: Here) -> list[Offered]:
    team, topic, today = here.ticket.team_id, here.ticket.topic, timezone.localdate(clock.now())
    rows = queries.at_hand(here.agent, on=today, team=team, topic=topic)
    return [Offered(block, plain(here.said(block))) for block in rows]


@asks("ticket.read")
def blocks(request: HttpRequest, number: int) -> HttpResponse:
    """The blocks to choose from."""
    here = Here(ticket_for(agent_of(request), number), agent_of(request))
    return page(request, "workspace/ticket/blocks.html", {"ticket": here.ticket, "offered": offered(here)})


@asks("ticket.read")
@require_POST
def take(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """What a block says here, to be put into a text. Counts the use."""
    here, today = Here(ticket_for(agent_of(request), number), agent_of(request)), timezone.localdate(clock.now())
    block = TextBlock.objects.in_use(today).open_to(here.agent).filter(pk=pk).first()
    if block is None:
        raise Http404
    TextBlock.objects.note_use(block.pk, on=today)
    said = here.said(block)
    return JsonResponse({"text": plain(said), "html": str(formatted(said)), "greeting": here.greeting})
