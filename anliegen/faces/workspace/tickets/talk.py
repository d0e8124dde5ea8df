"""Answering, noting, and taking an answer back."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import decline_forms, mentioning, news, promising, taken_back, writing
from anliegen.faces.workspace.tickets.page import beside, parts_of, ticket_for
from anliegen.faces.workspace.tickets.recipients import counted
from anliegen.faces.workspace.tickets.writing import NoteForm, ReplyForm
from anliegen.ground import clock
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket

ATTEMPTS = 5  # at getting in between others' changes that do not concern the answer


@asks("ticket.reply")
@require_POST
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """Queue an answer. When others did something meanwhile, nothing is sent: the page shows what is new."""
    ticket = ticket_for(agent_of(request), number)
    _insist(request, "ticket.reply", ticket)
    form = ReplyForm(request.POST, request.FILES, ticket=ticket)
    is_asked = promising.asks_first(request, ticket, form)
    if not form.is_valid() or is_asked or decline_forms.belongs_there(form):
        return _still_writing(request, ticket, form)
    try:
        message = _send(request, ticket, form)
    except actions.NothingSaid:
        form.add_error("text", _("Please write something, or attach a file."))
    except actions.NoWayToAnswer:
        form.add_error(
            None, _("We have no e-mail address of this person. Add one, or call and note down what was said.")
        )
    except actions.JoinedElsewhere as elsewhere:
        form.add_error(
            None,
            _("Meanwhile this concern was joined with number %(number)s; answer there. Your text is still here.")
            % {"number": elsewhere.into},
        )
    else:
        return _sent(request, message) if isinstance(message, Message) else _news(request, ticket, form, message)
    return _still_writing(request, ticket, form)


def _send(request: HttpRequest, ticket: Ticket, form: ReplyForm) -> Message | list[str]:
    """The queued message; else what stopped it beside what others did in the concern: other recipients, or nothing."""
    answer = promising.with_promises(form.answer(ticket), form, agent_of(request))
    version = form.cleaned_data["version"]
    for _attempt in range(ATTEMPTS):
        try:
            return actions.reply(
                ticket,
                answer,
                actor=actor_of(request),
                at=clock.now(),
                status=form.cleaned_data["status"],
                expected_version=version,
                expected_to=form.expected(),
            )
        except actions.OtherRecipients as others:
            names = ", ".join(name or address for name, address in others.to) or _("nobody")
            return [_("The answer would go to somebody else now: %(names)s.") % {"names": names}]
        except actions.Changed as changed:
            if news.news_since(ticket, form.cleaned_data["seen"], agent_of(request)):
                return []
            version = changed.version  # only what machines did, or what the writer did elsewhere
    return []


def _sent(request: HttpRequest, message: Message) -> HttpResponse:
    ticket = message.ticket
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("workspace:ticket", ticket.pk)
    ticket = ticket_for(agent_of(request), ticket.pk)
    parts = parts_of(request, ticket)
    said = {
        "message": message,
        "undo_until": message.created_at + parts["undo"] if _leaves_soon(message) else None,
        "names": counted([*message.to, *message.cc]),
    }
    context = parts | writing.blank(ticket, parts["timeline"]) | said
    return page(request, "workspace/ticket/sent.html", context)


def _leaves_soon(message: Message) -> bool:
    """Whether it goes out as soon as it can no longer be undone, so that seconds are worth counting."""
    return message.channel == "email" and message.send_at is None


def _news(request: HttpRequest, ticket: Ticket, form: ReplyForm, more: list[str]) -> HttpResponse:
    """Others were quicker: what they did, and the form with everything in it, ready to be sent all the same."""
    ticket = ticket_for(agent_of(request), ticket.pk)
    told = [*news.news_since(ticket, form.cleaned_data["seen"], agent_of(request)), *more]
    parts = parts_of(request, ticket)
    data = request.POST.copy()
    data["version"], data["seen"] = str(ticket.version), str(parts["timeline"].last_event)
    again = promising.carried_over(form, ReplyForm(data, ticket=ticket), agent_of(request))
    context = parts | writing.blank(ticket, parts["timeline"]) | {"reply": again, "news": told}
    return page(request, "workspace/ticket/conflict.html", context, status=422)


def _still_writing(request: HttpRequest, ticket: Ticket, form: ReplyForm) -> HttpResponse:
    promising.carried_over(form, form, agent_of(request))
    if not request.htmx:  # type: ignore[attr-defined]
        parts = parts_of(request, ticket)
        context = parts | writing.blank(ticket, parts["timeline"]) | beside(request, ticket) | {"reply": form}
        return page(request, "workspace/ticket/page.html", context, status=422)
    context = {"ticket": ticket, "reply": form, "news": None, "oob": False} | writing.beside(ticket)
    return page(request, "workspace/ticket/reply.html", context, status=422)


@asks("ticket.note")
@require_POST
def note(request: HttpRequest, number: int) -> HttpResponse:
    """Write a note for colleagues."""
    ticket = ticket_for(agent_of(request), number)
    _insist(request, "ticket.note", ticket)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _still_noting(request, ticket, form)
    named, unseeing = mentioning.named_by(form.cleaned_data["text"], ticket), form.cleaned_data["unseeing"]
    brings = unseeing == "bring"
    if brings:
        insist(request, "ticket.assign", ticket)
    if named.unseeing and not unseeing:
        return _still_noting(request, ticket, form, named.unseeing_names)
    try:
        actions.write_note(
            ticket,
            text=form.cleaned_data["text"],
            asked=named.asked(with_unseeing=brings),
            brings_in=named.strangers if brings else (),
            is_side=form.cleaned_data["is_side"],
            actor=actor_of(request),
            at=clock.now(),
        )
    except actions.NothingSaid:
        form.add_error("text", _("Please write something."))
        return _still_noting(request, ticket, form)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("workspace:ticket", number)
    context: dict[str, Any] = parts_of(request, ticket_for(agent_of(request), number)) | {"note": NoteForm()}
    return page(request, "workspace/ticket/noted.html", context)


def _still_noting(request: HttpRequest, ticket: Ticket, form: NoteForm, unseeing: Sequence[str] = ()) -> HttpResponse:
    """Nothing is kept yet. `unseeing` are those whom the note names and who do not see the concern."""
    may_bring = may(agent_of(request), "ticket.assign", ticket)
    context = {"ticket": ticket, "note": form, "oob": False, "unseeing": unseeing, "may_bring": may_bring}
    return page(request, "workspace/ticket/note.html", context, status=422)


@asks("ticket.reply")
@require_POST
def undo(request: HttpRequest, message: int) -> HttpResponse:
    """Take an answer back while it has not left the house; say so when it was too late."""
    found = get_object_or_404(Message.objects.filter(direction="out", agent__isnull=False), pk=message)
    ticket = ticket_for(agent_of(request), found.ticket_id)
    _insist(request, "ticket.reply", ticket)
    done = actions.cancel(found, actor=actor_of(request), at=clock.now())
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("workspace:ticket", ticket.pk)
    more: dict[str, Any] = {"message": done, "from_toast": "from" in request.POST}
    if done.state == "cancelled":  # until then the concern was what the answer wanted it to be
        more["rest"] = json.dumps(taken_back.rest_of(done, ticket, status=ticket.status))
    return page(
        request, "workspace/ticket/undone.html", parts_of(request, ticket_for(agent_of(request), ticket.pk)) | more
    )


def _insist(request: HttpRequest, permission: str, ticket: Ticket) -> None:
    insist(request, permission, ticket)
