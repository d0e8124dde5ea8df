"""The contact form: a concern is described, and confirmed with its number."""

from django.http import HttpResponse, HttpResponseBase

from anliegen.faces.portal import errors, limits, uploads
from anliegen.faces.portal.desks import Desk, desks, where_to
from anliegen.faces.portal.forms import UNDECIDED, ConcernForm, nonce
from anliegen.faces.portal.proof import Proof, proven
from anliegen.faces.portal.visit import Visit, public
from anliegen.faces.ui.numbers import size
from anliegen.flow.channels import acknowledge
from anliegen.flow.channels import form as channel
from anliegen.records.customers.models import Address
from anliegen.records.tickets import queries
from anliegen.records.tickets.links import token, visitor_token
from anliegen.records.tickets.models import Ticket

Option = tuple[object, ...]

MOST, WITHIN_S = 20, 10 * limits.MINUTE  # forms of one sender, failed tries included


@public("everybody may write to us; how often is limited", methods=("GET", "POST"))
def describe(visit: Visit) -> HttpResponseBase:
    """The form; filled in rightly it opens a concern, else it comes back with everything that was in it."""
    choices = desks()
    if visit.request.method != "POST":
        return _form(visit, ConcernForm(initial={"nonce": nonce()}, desks=choices), choices)
    if not uploads.is_readable(visit.request):
        return errors.too_large(visit.request, size(uploads.TOGETHER))
    is_allowed = limits.allows("concern", limits.sender(visit.request), most=MOST, within_s=WITHIN_S)
    files = uploads.read(visit.request)
    form = ConcernForm(visit.request.POST, desks=choices)
    if not is_allowed:  # the words stay, but no file is kept, or this would be the way to fill the disk
        return _form(visit, form, choices, status=429, too_often=True)
    if not form.is_valid() or files.problems:
        return _form(visit, form, choices, files, status=422)
    entry = form.entry(language=visit.language, uploads=files.files)
    brand, mailbox = where_to(form.cleaned_data.get("desk", ""))
    message = channel.open_concern(entry, brand=brand, mailbox=mailbox, at=visit.at)
    ticket = message.ticket
    proof = visitor_token(ticket) if _is_mailed(ticket) else token(ticket)
    return visit.go("received", number=ticket.pk, token=proof)


@proven(by=("owner", "visitor"))
def received(visit: Visit, proof: Proof) -> HttpResponseBase:
    """It arrived: the number, who has it, when an answer can be expected, and the link back here."""
    ticket = proof.ticket
    team = ticket.team or (ticket.mailbox.team if ticket.mailbox is not None else None)
    context = {
        "ticket": ticket,
        "proof": proof,
        "team": team,
        "undecided": acknowledge.who_decides(visit.at),
        "expected": queries.expected_answer(team, visit.language, since=ticket.created_at, at=visit.at),
        "address": _address(ticket),
        "is_mailed": _is_mailed(ticket) and visit.operator.acknowledges,
        "status_link": visit.request.build_absolute_uri(visit.link("status", **proof.address)),
    }
    return visit.render("portal/received.html", context, brand=ticket.brand)


def _form(
    visit: Visit,
    form: ConcernForm,
    choices: list[Desk],
    files: uploads.Uploads | None = None,
    *,
    status: int = 200,
    too_often: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "desks": _options(choices),
        "too_often": too_often,
        "nonce": form.data.get("nonce") or form.initial.get("nonce") or nonce(),
        **upload_context(visit, files),
    }
    return visit.render("portal/concern.html", context, status=status)


def _options(choices: list[Desk]) -> list[Option]:
    """(value, label) or (value, label, hint) of each choice; none where there is nothing to choose."""
    if not choices:
        return []
    named: list[Option] = [
        (desk.key, desk.label, desk.hint) if desk.hint else (desk.key, desk.label) for desk in choices
    ]
    return [*named, ("", UNDECIDED)]


def upload_context(visit: Visit, files: uploads.Uploads | None) -> dict[str, object]:
    """What the file field of a form shows, with the files that came already."""
    sender = limits.sender(visit.request)
    return {
        "kept": files.keep(sender=sender) if files is not None else [],  # first, because it may add problems
        "problems": files.problems if files is not None else [],
        "accept": uploads.ACCEPT,
        "most": uploads.MOST,
        "largest": uploads.LARGEST,
        "together": uploads.TOGETHER,
    }


def _is_mailed(ticket: Ticket) -> bool:
    """Whether the person has a mail address, so that the link which shows everything comes by mail."""
    return Address.objects.filter(person=ticket.person_id, kind="email").exists()


def _address(ticket: Ticket) -> str:
    """What was typed in: shown once more, so that a mistyped address is noticed."""
    first = ticket.messages.filter(direction="in").order_by("created_at", "pk").first()
    return first.from_address if first is not None else ""
