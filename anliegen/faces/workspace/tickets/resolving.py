"""Marking a concern as resolved: the customer is told in the same step, unless the agent chooses that nobody is."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.filled import insist_on_filled
from anliegen.faces.workspace.tickets.page import parts_of, ticket_for
from anliegen.faces.workspace.tickets.recipients import counted
from anliegen.flow.channels import resolution
from anliegen.ground import clock
from anliegen.records.accounts.permissions import may
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket


class ResolveForm(forms.Form):
    """The message to the customer. What else the form sends is the version that the agent saw, and the choice."""

    text = forms.CharField(
        label=gettext_lazy("Message"),
        widget=forms.Textarea(attrs={"rows": 9}),
        required=False,
        strip=False,
        max_length=200_000,
        validators=[insist_on_filled],
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    tell = forms.ChoiceField(choices=[("yes", ""), ("no", "")])


@asks("ticket.change")
def resolve(request: HttpRequest, number: int) -> HttpResponse:
    """Ask what the customer is told (GET), and do it (POST). A concern that is done already stays as it is."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if not ticket.is_open:
        return _resolved(request, ticket, None)
    if request.method != "POST":
        return _ask(request, ticket, _blank(ticket))
    form = ResolveForm(request.POST)
    if not form.is_valid():
        return _ask(request, ticket, form)
    try:
        message = _do(request, ticket, form)
    except actions.NothingSaid:
        form.add_error("text", _("Please write something, or resolve it without a message."))
    except actions.NoWayToAnswer:
        form.add_error(None, _("We have no e-mail address of this person."))
    except (actions.Changed, actions.JoinedElsewhere):
        return _news(request, number)
    else:
        return _resolved(request, ticket, message)
    return _ask(request, ticket, form)


def _blank(ticket: Ticket) -> ResolveForm:
    return ResolveForm(initial={"text": resolution.words(ticket, the_operator()), "version": ticket.version})


def _do(request: HttpRequest, ticket: Ticket, form: ResolveForm) -> Message | None:
    """The queued message; None when nobody is told."""
    actor, at, version = actor_of(request), clock.now(), form.cleaned_data["version"]
    if form.cleaned_data["tell"] == "no":
        actions.change(ticket, actions.Change(status="resolved"), actor=actor, at=at, expected_version=version)
        return None
    insist(request, "ticket.reply", ticket)
    to = resolution.recipients(ticket)
    if not to:
        raise actions.NoWayToAnswer
    text = form.cleaned_data["text"].replace("\r\n", "\n").strip()
    answer = Answer(text=text, to=to, channel=resolution.CHANNEL)
    return actions.reply(ticket, answer, actor=actor, at=at, status="resolved", expected_version=version)


def _news(request: HttpRequest, number: int) -> HttpResponse:
    """Something happened since it was asked, so nothing was done. What was written stays; the agent decides again."""
    ticket = ticket_for(agent_of(request), number)
    if not ticket.is_open:
        return _resolved(request, ticket, None)
    data: QueryDict = request.POST.copy()
    data["version"] = str(ticket.version)
    return _ask(request, ticket, ResolveForm(data), is_news=True)


def _ask(request: HttpRequest, ticket: Ticket, form: ResolveForm, *, is_news: bool = False) -> HttpResponse:
    to = resolution.recipients(ticket)
    context: dict[str, Any] = {
        "ticket": ticket,
        "form": form,
        "is_news": is_news,
        "may_tell": bool(to) and may(agent_of(request), "ticket.reply", ticket),
        "has_address": bool(to),
        "name": to[0][0] or to[0][1] if to else str(ticket.person),
    }
    status = 422 if form.is_bound else 200
    response = page(request, "workspace/ticket/resolve.html", context, block="dialog", status=status)
    if status == 422:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _resolved(request: HttpRequest, ticket: Ticket, message: Message | None) -> HttpResponse:
    if not request.htmx or request.method != "POST":  # type: ignore[attr-defined]
        return redirect("workspace:ticket", ticket.pk)
    parts = parts_of(request, ticket_for(agent_of(request), ticket.pk))
    said = {
        "message": message,
        "undo_until": message.created_at + parts["undo"] if message is not None else None,
        "names": counted(message.to) if message is not None else "",
    }
    return page(request, "workspace/ticket/resolved.html", parts | said)
