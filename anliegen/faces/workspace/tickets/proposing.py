"""A refund that automation proposed, in the form by which a person gives something."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.taken_up import pending_refund, refund_of
from anliegen.records.tickets.models import Ticket


def proposed_in(request: HttpRequest, ticket: Ticket) -> Decision | None:
    """The proposal that the address or the form names, if somebody said yes to it and it still waits to be given."""
    given = request.POST.get("decision") or request.GET.get("decision") or ""
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    return pending_refund(int(given), ticket)


def begun(decision: Decision, kinds: Mapping[int, str]) -> dict[str, Any]:
    """What the form starts with: amount and reason as proposed, the kind that its words name, else the first one."""
    wanted, words = refund_of(decision), decision.text.casefold()
    found: dict[str, Any] = {"reason": wanted.reason}
    if wanted.cents is not None:
        found["amount"] = f"{wanted.cents // 100},{wanted.cents % 100:02d}"
    if wanted.currency:
        found["currency"] = wanted.currency
    named = next((key for key, name in kinds.items() if name.casefold() in words), None)
    return found | ({"kind": named} if named is not None else {})
