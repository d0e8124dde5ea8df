"""What automation read out of a concern's messages, with the words that decided; and an agent's "not true"."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, insist
from anliegen.faces.workspace.tickets.page import anew, ticket_for
from anliegen.flow.automation import approval
from anliegen.flow.automation.choices import choice_in_words
from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.log import Entry, entries
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.signals.combined import combined
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import Ticket

SYMBOLS = {
    "complaint": "quote",
    "cancellation": "close",
    "withdrawal": "undo",
    "bereavement": "moon",
    "illness": "plus",
    "hardship": "building",
    "fear": "help",
    "anger": "chat",
    "threat_of_harm": "warning",
    "threat_of_suing": "book",
    "wish_for_person": "user",
    "legal_deadline": "calendar",
    "defect": "settings",
    "instruction_to_machine": "automation",
}
LONGEST_QUOTE = 160


@dataclass(frozen=True)
class Signal:
    """One of them, of one message. `denied_by` is who said that it is not true."""

    pk: int
    word: str
    symbol: str
    how_sure: str
    measured: str
    quotes: tuple[str, ...]
    made_at: datetime
    denied_by: str
    denied_at: datetime | None


class Heard:
    """What was read in a ticket, the newest first; those of one kind stand together."""

    def __init__(self, ticket: Ticket, agent: Agent) -> None:
        self.may_deny = may(agent, "ticket.change", ticket)
        found = Decision.objects.filter(ticket=ticket, question="signal", is_shadow=False)
        self.rows = [_read(one) for one in entries(found.select_related("message", "settled_by").order_by("-pk"))]
        self.trouble = ""

    @property
    def by_word(self) -> Iterable[tuple[str, list[Signal]]]:
        """In the order of their newest."""
        order = list(dict.fromkeys(row.word for row in self.rows))
        rows = sorted(self.rows, key=lambda row: order.index(row.word))
        return [(word, list(group)) for word, group in groupby(rows, key=lambda row: row.word)]


@asks("ticket.change")
@require_POST
def deny(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it is not true. That stays beside it; what followed from it a person changes, if they want."""
    decision = get_object_or_404(Decision, pk=pk, question="signal")
    agent = agent_of(request)
    ticket = ticket_for(agent, decision.ticket_id)
    insist(request, "ticket.change", ticket)
    trouble = ""
    try:
        approval.reject(decision, by=agent, at=clock.now())
    except approval.AlreadySettled:
        trouble = _("Somebody has said something of it already.")
    if not request.htmx:  # type: ignore[attr-defined]
        return anew(request, ticket.pk, trouble or None)
    heard = Heard(ticket, agent)
    heard.trouble = trouble
    return page(request, "workspace/ticket/heard.html", {"ticket": ticket, "heard": heard})


def _read(entry: Entry) -> Signal:
    decision = entry.decision
    code = value_of(decision.choice)
    denied = decision.settled_as in ("undone", "rejected")
    return Signal(
        pk=decision.pk,
        word=choice_in_words(decision.choice),
        symbol=SYMBOLS.get(code, "info"),
        how_sure=entry.sure,
        measured=entry.measured,
        quotes=_quotes(decision),
        made_at=decision.made_at,
        denied_by=decision.settled_by.name if denied and decision.settled_by is not None else "",
        denied_at=decision.settled_at if denied else None,
    )


def _quotes(decision: Decision) -> tuple[str, ...]:
    """The words as they stand in the message; none when it was erased."""
    message = decision.message
    if message is None:
        return ()
    text = combined(message.subject, message.said)
    words = (text[start:end][:LONGEST_QUOTE] for start, end in decision.evidence.get("spans", ()))
    return tuple(dict.fromkeys(word for word in words if word.strip()))
