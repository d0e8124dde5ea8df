"""The status page: how it stands, who has it, what was said; and the answer to it."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpResponse, HttpResponseBase

from anliegen.faces.portal import errors, limits, uploads
from anliegen.faces.portal.concern import upload_context
from anliegen.faces.portal.conversation import SHOWN_IN_THE_BROWSER, is_writing, messages_of
from anliegen.faces.portal.forms import OutcomeForm, ReplyForm, nonce
from anliegen.faces.portal.promises import promises_of, refusals_of
from anliegen.faces.portal.proof import Proof, proven
from anliegen.faces.portal.review import Reviewable, decisions_of
from anliegen.faces.portal.standing import standing
from anliegen.faces.portal.visit import Visit
from anliegen.faces.ui.numbers import size
from anliegen.flow.channels import form as channel
from anliegen.flow.feedback import outcome
from anliegen.flow.feedback.models import Outcome
from anliegen.ground.journal import seal
from anliegen.ground.journal.models import Event
from anliegen.records.tickets import queries
from anliegen.records.tickets.in_person import who_is_next
from anliegen.records.tickets.links import token, visitor_token
from anliegen.records.tickets.models import Message, Ticket
from anliegen.records.tickets.models.time import DEADLINE

MOST, WITHIN_S = 30, 10 * limits.MINUTE  # messages about one concern
SAID = ("sent", "follow-up", "outcome", "review", "automation")  # what a page may report as just done
RECENT = 3  # messages shown at once; older ones are folded


@proven(by=("owner", "visitor", "preview"))
def show(visit: Visit, proof: Proof) -> HttpResponseBase:
    return page(visit, proof, done=visit.request.GET.get("done", ""))


@proven(by=("owner", "visitor"), methods=("GET", "POST"))
def reply(visit: Visit, proof: Proof) -> HttpResponseBase:
    """Add a message to the concern. Long after its end a new one is opened for it, and the customer is told."""
    if visit.request.method != "POST":
        return visit.go("status", **proof.address)
    if not uploads.is_readable(visit.request):
        return errors.too_large(visit.request, size(uploads.TOGETHER))
    is_allowed = limits.allows("reply", str(proof.ticket.pk), most=MOST, within_s=WITHIN_S)
    files = uploads.read(visit.request)
    form = ReplyForm(visit.request.POST)
    if not is_allowed:
        return page(visit, proof, form=form, too_often=True, status=429)
    if not form.is_valid() or files.problems:
        return page(visit, proof, form=form, files=files, status=422)
    entry = form.entry(language=visit.language, uploads=files.files)
    message = channel.add(entry, proof.ticket, at=visit.at)
    if message.ticket_id == queries.carried_on(proof.ticket).pk:
        return visit.go("status", query={"done": "sent"}, fragment="done", **proof.address)
    return visit.go("status", query={"done": "follow-up"}, fragment="done", **_address(proof, message.ticket))


def page(
    visit: Visit,
    proof: Proof,
    *,
    form: ReplyForm | None = None,
    files: uploads.Uploads | None = None,
    judgement: OutcomeForm | None = None,
    done: str = "",
    too_often: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The whole page, with what one of its forms has to say."""
    # The head comes first: what is sealed after it and read below is told once more, and nothing is missed.
    head = seal.last()[0]
    # What was joined with another is carried on there; the customer goes on reading and writing under their number.
    ticket, live = proof.ticket, queries.carried_on(proof.ticket)
    writing = is_writing(live)
    said = messages_of(proof)
    judged = _judged(proof, writing)
    promises = promises_of(proof, live, said)
    context = {
        "ticket": ticket,
        "live": live,
        "next_person": who_is_next(live),
        "proof": proof,
        "head": head,
        "standing": standing(
            live,
            answer=judged.answer if judged is not None else "",
            is_writing=writing,
            was_reopened=_was_reopened(live, said),
            owes=any(promise.is_owed for promise in promises),
        ),
        "expected": _expected(live, visit),
        "earlier": said[:-RECENT],
        "recent": said[-RECENT:],
        "pictures": SHOWN_IN_THE_BROWSER,
        "form": form or ReplyForm(initial={"nonce": nonce()}),
        "nonce": (form.data.get("nonce") if form is not None else None) or nonce(),
        "question": _question(proof, judged, judgement, writing),
        "judged": judged if judged is not None and judged.answer else None,
        "decisions": _decisions(proof, live),
        "check_by": _check_by(live, visit),
        "promises": promises,
        "refusals": refusals_of(said),
        "reopen_days": visit.operator.reopen_days,
        "done": done if done in SAID else "",
        "too_often": too_often,
        **upload_context(visit, files),
    }
    return visit.render("portal/status.html", context, brand=ticket.brand, status=status)


def _judged(proof: Proof, writing: bool) -> Outcome | None:
    """What the customer said of the present resolution, or of the one they have just turned down."""
    if not proof.sees_all or writing:
        return None
    last = outcome.latest(proof.ticket)
    if last is None or last.resolved_at == proof.ticket.resolved_at:
        return last
    return last if proof.ticket.is_open and outcome.opens_again(last.answer, last.words) else None


def _question(proof: Proof, judged: Outcome | None, judgement: OutcomeForm | None, writing: bool) -> OutcomeForm | None:
    """The form that asks whether it is settled; filled in with what was answered before."""
    if (
        not proof.is_owner
        or writing
        or proof.ticket.joined_into_id is not None
        or not outcome.can_be_stated(proof.ticket)
    ):
        return None
    if judgement is not None:
        return judgement
    if judged is None or not judged.answer:
        return OutcomeForm()
    return OutcomeForm(initial={"answer": judged.answer, "words": judged.words})


def _decisions(proof: Proof, live: Ticket) -> Sequence[Reviewable]:
    return decisions_of(proof.ticket, live) if proof.sees_all else []


def _check_by(ticket: Ticket, visit: Visit) -> datetime | None:
    """By when our answer is due, which the check of a decision is too; a legal deadline is another matter."""
    is_to_come = ticket.due_at is not None and ticket.due_at > visit.at and ticket.due_for != DEADLINE
    return ticket.due_at if is_to_come else None


def _expected(ticket: Ticket, visit: Visit) -> str:
    """When a first answer can be expected; nothing when we have answered, or when it is the customer's turn."""
    if ticket.waiting_since is None or ticket.first_answered_at is not None:
        return ""
    return queries.expected_answer(ticket.team, visit.language, since=ticket.created_at, at=visit.at)


def _was_reopened(ticket: Ticket, said: Sequence[Message]) -> bool:
    """Whether it was opened again since we last answered."""
    if ticket.status != "open":
        return False
    reopened = Event.objects.filter(subject=f"ticket:{ticket.pk}", verb="ticket.reopened").order_by("-id").first()
    answered = max((message.created_at for message in said if message.agent_id is not None), default=None)
    return reopened is not None and (answered is None or reopened.at >= answered)


def _address(proof: Proof, ticket: Ticket) -> dict[str, object]:
    """The same kind of link to the ticket that the message went to."""
    return {"number": ticket.pk, "token": token(ticket) if proof.is_owner else visitor_token(ticket)}
