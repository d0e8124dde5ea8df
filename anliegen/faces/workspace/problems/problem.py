"""A problem's own page: what it has caused, with status and who answers for it; and attaching more, one or many."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.lists.many import CHOSEN
from anliegen.faces.workspace.rows import rows, status_look
from anliegen.faces.workspace.tickets.filled import insist_on_filled
from anliegen.faces.workspace.tickets.linking import offered_for
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.flow.problems.models import Round
from anliegen.ground import clock
from anliegen.records.accounts.permissions import may
from anliegen.records.knowledge.placeholders import NAMES, unknown
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import links
from anliegen.records.tickets.linked import attached_to
from anliegen.records.tickets.models import STATUSES, Problem, Ticket
from anliegen.records.tickets.seen import as_seen_by

PAGE = 50
ROUNDS = 5
PROBLEMS = 20
NUMBER = re.compile(r"[1-9][0-9]{0,17}")
AFTERWARDS = [
    ("waiting_customer", gettext_lazy("then wait for the customer")),
    ("open", gettext_lazy("then keep working on it")),
    ("waiting_internal", gettext_lazy("then wait for others")),
]


class AnswerForm(forms.Form):
    """One answer for all of them."""

    text = forms.CharField(
        label=gettext_lazy("Your answer to each of them"),
        widget=forms.Textarea(attrs={"rows": 9}),
        max_length=200_000,
        initial="{{anrede}}\n\n",
        error_messages={"required": gettext_lazy("Please write what they are to read.")},
    )
    status = forms.ChoiceField(label=gettext_lazy("Afterwards"), choices=AFTERWARDS, initial="waiting_customer")

    def clean_text(self) -> str:
        """What the program fills may stay open here; what a person has to fill, or nobody knows, may not."""
        text: str = self.cleaned_data["text"]
        if strange := unknown(text):
            names = ", ".join(strange)
            raise forms.ValidationError(_("Nobody can fill these places: %(fields)s") % {"fields": names})
        own = re.sub(r"\{\{\s*(?!\?)[^{}\n]+\}\}", "", text)
        insist_on_filled(own)
        if not own.strip():
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return text


@asks("ticket.read")
@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: HttpRequest, number: int) -> HttpResponse:
    """What hangs on it; POST says that it is a problem, or that it is none after all."""
    ticket = ticket_for(agent_of(request), number)
    if request.method == "POST":
        return _declare(request, ticket)
    return show(request, ticket)


def show(request: HttpRequest, ticket: Ticket, form: AnswerForm | None = None) -> HttpResponse:
    """The page, with the answer as it was written where something in it is wrong."""
    agent = agent_of(request)
    is_problem = Problem.objects.filter(ticket=ticket).exists()
    hanging = attached_to(ticket)
    after = request.GET.get("after", "")
    seen = Ticket.objects.visible_to(agent).filter(pk__in=hanging.values("pk"))
    shown = list(
        seen.filter(pk__gt=int(after) if NUMBER.fullmatch(after) else 0)
        .select_related("person", "team", "assignee", "responsible")
        .order_by("pk")[: PAGE + 1]
    )
    as_seen_by(agent, [*shown, ticket])
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    counts = dict(hanging.order_by().values_list("status").annotate(n=Count("pk")))
    context = {
        "ticket": ticket,
        "is_problem": is_problem,
        "may_change": may(agent, "ticket.change", ticket),
        "may_reply": may(agent, "ticket.reply", ticket),
        "total": sum(counts.values()),
        "counts": [(status_look(code), counts[code]) for code, _word in STATUSES if code in counts],
        "unseen": sum(counts.values()) - seen.count(),
        "rows": rows(shown[:PAGE], now=clock.now(), with_snippets=False),
        "older": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "asked": asked,
        "offered": offered_for(agent, asked, but=ticket) if asked else [],
        "form": form or AnswerForm(),
        "places": NAMES,
        "rounds": Round.objects.asked_for().filter(problem=ticket).order_by("-pk")[:ROUNDS],
    }
    if request.htmx and request.GET.get("part") == "found":  # type: ignore[attr-defined]
        return page(request, "workspace/problems/found.html", context)
    return page(request, "workspace/problems/problem.html", context, status=422 if form and form.errors else 200)


@asks("ticket.change")
@require_POST
def attach(request: HttpRequest, number: int) -> HttpResponse:
    """Attach those that were found and chosen."""
    ticket = _problem(request, number)
    done, stays = actions.attach(
        _numbers(request.POST, "other"), ticket, agent=agent_of(request), actor=actor_of(request), at=clock.now()
    )
    messages.success(request, said_of(done))
    for each, why in stays.items():
        messages.success(request, f"#{each}: {why_not(why)}")
    return redirect("workspace:problem", number)


@asks("ticket.change")
@require_POST
def detach(request: HttpRequest, number: int) -> HttpResponse:
    """Take some away again."""
    ticket = _problem(request, number)
    gone = actions.detach(
        _numbers(request.POST, "other"), ticket, agent=agent_of(request), actor=actor_of(request), at=clock.now()
    )
    said = ngettext("%(num)d concern no longer hangs on it.", "%(num)d concerns no longer hang on it.", len(gone))
    messages.success(request, said % {"num": len(gone)})
    return redirect("workspace:problem", number)


@asks("ticket.change")
@require_POST
def attach_many(request: HttpRequest) -> HttpResponse:
    """From a list: choose the problem, then attach the chosen ones; each that stays says why."""
    agent = agent_of(request)
    numbers = [
        int(match[1]) for one in request.POST.getlist("ticket")[: links.MOST] if (match := CHOSEN.fullmatch(one))
    ]
    open_ones = Ticket.objects.visible_to(agent).open().filter(problem__isnull=False).exclude(pk__in=numbers)
    problems = list(open_ones.select_related("person").order_by("-pk")[:PROBLEMS])
    chosen = _numbers(request.POST, "problem")
    context: dict[str, Any] = {"problems": problems, "numbers": numbers, "tickets": request.POST.getlist("ticket")}
    if chosen and numbers:
        ticket = _problem(request, chosen[0])
        done, stays = actions.attach(numbers, ticket, agent=agent, actor=actor_of(request), at=clock.now())
        words = [(each, why_not(why)) for each, why in stays.items()]
        context |= {"problem": ticket, "done": done, "stays": words, "said": said_of(done)}
    return page(request, "workspace/problems/attach.html", context, block="dialog")


def said_of(done: list[int]) -> str:
    said = ngettext("%(num)d concern hangs on it now.", "%(num)d concerns hang on it now.", len(done))
    return said % {"num": len(done)}


def why_not(why: str) -> str:
    match why:
        case "gone":
            return _("is not yours to see any more")
        case "not_allowed":
            return _("you may not change this")
        case "same":
            return _("is so already")
        case "joined":
            return _("is carried on in another concern")
        case "other_problem":
            return _("hangs on another problem already")
    return _("is a problem itself")


def _declare(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    insist(request, "ticket.change", ticket)
    try:
        if request.POST.get("do") != "withdraw":
            actions.declare_problem(ticket, actor=actor_of(request), at=clock.now())
        elif not actions.withdraw_problem(ticket, actor=actor_of(request), at=clock.now()):
            messages.success(request, _("Concerns still hang on it. Take them away first."))
    except actions.CannotLink:
        messages.success(request, _("This concern hangs on a problem itself, or is carried on elsewhere."))
    return redirect("workspace:problem", ticket.pk)


def _problem(request: HttpRequest, number: int) -> Ticket:
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    return ticket


def _numbers(given: QueryDict, name: str) -> list[int]:
    return [int(one) for one in given.getlist(name)[: links.MOST] if NUMBER.fullmatch(one)]
