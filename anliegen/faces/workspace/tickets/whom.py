"""Who gets it, while one writes: each with what should be known, the greeting that fits, and whom one may mean."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.dates import said
from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, insist
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.faces.workspace.tickets.recipients import loose
from anliegen.ground import clock
from anliegen.records.accounts.permissions import may
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.salutation import salutation_to
from anliegen.records.tickets.acquaintance import Known, acquaintance, offered
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.models import Ticket


@asks("ticket.reply")
@require_POST
def whom(request: HttpRequest, number: int) -> HttpResponse:
    """The recipients as they stand in the form; sends nothing, keeps nothing."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    is_forward = request.POST.get("kind") == "forward"
    usual = [] if is_forward else [address for _name, address in addressees_of(ticket).to]
    own, copies = loose(request.POST.get("to", "")), loose(request.POST.get("cc", ""))
    to = own or usual
    found = {fold_address("email", one.address): one for one in acquaintance(ticket, [*to, *copies])}
    named = may(agent_of(request), "customer.read")
    copied = [one for one in copies if fold_address("email", one) not in {fold_address("email", each) for each in to}]
    context = {
        "to": _chips(found, to, is_own=bool(own), named=named),
        "copied": _chips(found, copied, is_own=True, named=named),
        "greeting": "" if is_forward else _greeting(ticket, found, to),
    }
    return page(request, "workspace/ticket/whom.html", context)


@asks("ticket.reply")
@require_safe
def suggest(request: HttpRequest, number: int) -> JsonResponse:
    """Whom somebody may mean who has begun to type."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    found = offered(ticket, agent_of(request), request.GET.get("q", "").replace("\x00", "")[:80])
    return JsonResponse({"people": [{"name": name, "address": address} for name, address in found]})


def _chips(found: dict[str, Known], addresses: Sequence[str], *, is_own: bool, named: bool) -> list[dict[str, Any]]:
    chips = []
    for address in addresses:
        known = found[fold_address("email", address)]
        shown = known.name if named or known.is_colleague else ""
        chips.append({"address": address, "name": shown, "marks": marks(known), "is_own": is_own})
    return chips


def marks(known: Known) -> list[tuple[str, str, str]]:
    """What should be known before writing there, as (word, sentence, sign); what is worst comes first."""
    found = []
    if known.came_back_at is not None:
        when = said(known.came_back_at, now=clock.now(), zone=timezone.get_current_timezone())
        sentence = _("A mail to this address came back (%(when)s). Check that it is right.")
        found.append((_("came back"), sentence % {"when": when}, "broken"))
    if known.is_outside:
        sentence = _("This address is neither ours nor of anybody who takes part in this concern.")
        found.append((_("outside"), sentence, "external"))
    if known.is_first:
        found.append((_("never written to"), _("Nobody of us has ever written to this address."), "warning"))
    elif known.is_new:
        found.append((_("new here"), _("This address has had nothing of this conversation yet."), "plus"))
    if known.is_colleague:
        found.append((_("colleague"), _("Somebody of us."), "team"))
    return found


def _greeting(ticket: Ticket, found: dict[str, Known], to: Sequence[str]) -> str:
    """For the people it goes to; who has a copy reads along."""
    people = [found[fold_address("email", one)].person for one in to] or [ticket.person]
    return salutation_to(people, language=ticket.language or "de")
