"""One answer to all that hangs on a problem, or its end: the preview, how far it is, and taking it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.problems.problem import AnswerForm, show
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.flow.problems import actions, jobs
from anliegen.flow.problems.models import Line, Round
from anliegen.flow.problems.plan import PERMISSION, planned
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.seen import as_seen_by

PAGE = 25
TO_REOPEN = timedelta(minutes=10)  # in which a resolution of many can be taken back as one
WHY: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("lies with a team for which you may not do this"),
    "joined": gettext_lazy("is carried on in another concern"),
    "detached": gettext_lazy("no longer hangs on the problem"),
    "done": gettext_lazy("is done already"),
    "spoken": gettext_lazy("came by telephone or letter: please call or write"),
    "approval": gettext_lazy("an answer waits for approval there"),
    "no_address": gettext_lazy("no address is known"),
    "open_fields": gettext_lazy("a place in the text cannot be filled for them"),
    "wrote_since": gettext_lazy("the customer has written meanwhile"),
    "answered_since": gettext_lazy("somebody has answered meanwhile"),
    "other_recipients": gettext_lazy("the answer would go to somebody else by now"),
    "waiting": gettext_lazy("the customer waits for an answer"),
    "promise": gettext_lazy("a promise is open"),
    "deadline": gettext_lazy("a legal deadline is open"),
    "our_error": gettext_lazy("a fault of ours: please do this one by hand"),
}


@dataclass(frozen=True)
class Shown:
    """A line as the page shows it. `ticket` is None where this agent may not see it."""

    line: Line
    ticket: Ticket | None
    why: Any
    to: str = ""
    other: Agent | None = None  # another one answers for it: no obstacle, and named


@asks("ticket.read")
@require_POST
def begin(request: HttpRequest, number: int) -> HttpResponse:
    """Show what an answer to all, or resolving all, would do."""
    ticket, kind = ticket_for(agent_of(request), number), request.POST.get("kind", "answer")
    kind = kind if kind in PERMISSION else "answer"
    insist(request, PERMISSION[kind], ticket)
    form = AnswerForm(request.POST)
    if kind == "answer" and not form.is_valid():
        return show(request, ticket, form)
    text, status = ("", "resolved") if kind == "close" else (form.cleaned_data["text"], form.cleaned_data["status"])
    made = actions.begin(ticket, kind=kind, text=text, status=status, actor=actor_of(request), at=clock.now())
    jobs.go_on_soon(made)
    return redirect("workspace:round", made.pk)


@asks("ticket.read")
@require_http_methods(["GET", "HEAD", "POST"])
def round(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview, and how far it is; POST has it done, or taken back."""
    made = _round(request, pk)
    if request.method == "POST":
        insist(request, PERMISSION[made.kind], made.problem)
        deed = actions.undo if request.POST.get("do") == "undo" else actions.ask
        try:
            jobs.go_on_soon(deed(made, actor=actor_of(request), at=clock.now()))
        except actions.OnItsWay:
            messages.success(request, _("Something is under way for this problem already. Nothing was sent twice."))
        return redirect("workspace:round", pk)
    return page(request, "workspace/problems/round.html", _context(request, made), block="part")


@asks("ticket.read")
@require_safe
def text(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """What one of them would read, or has been sent."""
    made, agent = _round(request, pk), agent_of(request)
    row = get_object_or_404(made.lines.select_related("message"), pk=line)
    seen = Ticket.objects.visible_to(agent).select_related(*actions.WITH)
    ticket = get_object_or_404(seen, pk=row.ticket_id)
    said = row.message.text if row.message is not None else planned(made, ticket, agent).text
    sender = ticket.mailbox.address if ticket.mailbox else ticket.brand.email
    context = {"said": said, "sender": sender, "ticket": ticket, "made": made}
    return page(request, "workspace/problems/text.html", context, block="text")


def _context(request: HttpRequest, made: Round) -> dict[str, Any]:
    counts, now = actions.progress(made), clock.now()
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    left = request.GET.get("which") == "left"
    lines = made.lines.left_out() if left else made.lines.exclude(state="left")
    found = list(lines.filter(pk__gt=start).order_by("pk")[: PAGE + 1])
    taken = counts.all - counts.left
    return {
        "made": made,
        "counts": counts,
        "taken": taken,
        "finished": counts.done + counts.undone + counts.kept,
        "lines": _lines(found[:PAGE], made, agent_of(request)),
        "left": left,
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "is_busy": made.state in ("looking", "asked", "undoing"),
        "has_begun": made.begins_at is not None and made.begins_at <= now,
        "undo_until": _undo_until(made, now),
        "own": made.agent_id == agent_of(request).pk,
    }


def _lines(lines: list[Line], made: Round, agent: Agent) -> list[Shown]:
    seen = Ticket.objects.visible_to(agent).select_related("person", "assignee", "team")
    tickets = seen.in_bulk([line.ticket_id for line in lines])
    as_seen_by(agent, tickets.values())
    return [_shown(line, tickets.get(line.ticket_id), made, agent) for line in lines]


def _shown(line: Line, ticket: Ticket | None, made: Round, agent: Agent) -> Shown:
    why = WHY.get(line.why, "")
    if ticket is None:
        return Shown(line, None, why)
    other = ticket.assignee if ticket.assignee_id not in (None, agent.pk) else None
    if made.kind == "close" or line.state == "left":
        return Shown(line, ticket, why, other=other)
    to = addressees_of(ticket).to
    is_hidden = ticket.person.is_hidden
    return Shown(line, ticket, why, str(ticket.person) if is_hidden else ", ".join(one for _n, one in to), other)


def _undo_until(made: Round, now: datetime) -> datetime | None:
    """Until when it can still be taken back; None: no more, or not begun."""
    if made.state == "asked":
        return made.begins_at if made.begins_at is not None and made.begins_at > now else now + timedelta(minutes=1)
    if made.state != "done" or made.done_at is None:
        return None
    until = made.done_at + (TO_REOPEN if made.kind == "close" else timedelta(seconds=the_operator().undo_seconds))
    return until if until > now else None


def _round(request: HttpRequest, pk: int) -> Round:
    """Of oneself: what others prepare is theirs, and what they sent stands in each concern."""
    made = get_object_or_404(Round.objects.select_related("problem", "agent"), pk=pk, agent=agent_of(request))
    ticket_for(agent_of(request), made.problem_id)
    return made
