"""Reads over links: what has to do with a ticket, and what hangs on a problem."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Link, Ticket

SHOWN = 50  # links of one ticket that are shown; what hangs on a problem stands on its own page


@dataclass(frozen=True)
class Linked:
    """Another ticket that has to do with one, and how: `says` is True where the one itself says so of the other."""

    link: Link
    ticket: Ticket
    says: bool

    @property
    def kind(self) -> str:
        return self.link.kind


def linked(ticket: Ticket, agent: Agent) -> list[Linked]:
    """The tickets linked with this one, from either side, as far as the agent may see them; the newest link first.

    Without those that a problem has caused: they may be thousands.
    """
    either = Q(ticket=ticket) | Q(other=ticket) & ~Q(kind="problem")
    links = list(Link.objects.filter(either).order_by("-created_at", "-pk")[:SHOWN])
    says = [link.ticket_id == ticket.pk for link in links]
    ends = [link.other_id if own else link.ticket_id for link, own in zip(links, says, strict=True)]
    seen = Ticket.objects.visible_to(agent).in_bulk(ends) if ends else {}
    return [Linked(link, seen[end], own) for link, end, own in zip(links, ends, says, strict=True) if end in seen]


def attached_to(problem: Ticket) -> "QuerySet[Ticket]":
    """The tickets that this problem has caused, whoever may see them."""
    return Ticket.objects.filter(links__other=problem, links__kind="problem")


def links_of(ticket: Ticket) -> "QuerySet[Link]":
    """Every link of a ticket, from either side."""
    return Link.objects.filter(Q(ticket=ticket) | Q(other=ticket)).select_related("ticket", "other")


def seen_links(ticket: Ticket, agent: Agent) -> "QuerySet[Link]":
    """Those among them whose other end this agent may see, too."""
    seen = Ticket.objects.visible_to(agent).values("pk")
    return links_of(ticket).filter(Q(ticket=ticket, other__in=seen) | Q(other=ticket, ticket__in=seen))
