"""Answering, noting, and taking an answer back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import afterwards, decline_forms, mentioning, news, promising, writing
from anliegen.faces.workspace.tickets.assisting.views import model_of
from anliegen.faces.workspace.tickets.drafts import Drafted
from anliegen.faces.workspace.tickets.overtaken import send_unless_overtaken
from anliegen.faces.workspace.tickets.page import anew, beside, parts_of, ticket_for
from anliegen.faces.workspace.tickets.recipients import counted
from anliegen.faces.workspace.tickets.writing import NoteForm, ReplyForm, Versioned
from anliegen.ground import clock
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Draft, Message, Ticket


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
    insist_on_draft(request, ticket, form)
    if form.misses_file:
        return _still_writing(request, ticket, form, misses_file=True)
    try:
        message = _send(request, ticket, form)
    except actions.Overwritten as other:
        return _still_writing(request, ticket, form, other=other.draft)
    except actions.DraftGone:
        form = _without_draft(request, ticket)
        form.add_error(None, _gone())
    except REFUSALS as refusal:
        form.add_error("text" if isinstance(refusal, actions.NothingSaid) else None, refused(refusal))
    else:
        return _sent(request, message) if isinstance(message, Message) else _news(request, ticket, form, message)
    return _still_writing(request, ticket, form)


REFUSALS = (actions.NothingSaid, actions.NoWayToAnswer, actions.JoinedElsewhere, actions.WaitsForApproval)


def refused(refusal: Exception) -> str:
    """Why nothing was sent, and that nothing is lost."""
    match refusal:
        case actions.NothingSaid():
            return _("Please write something, or attach a file.")
        case actions.NoWayToAnswer():
            return _("We have no e-mail address of this person. Add one, or call and note down what was said.")
        case actions.JoinedElsewhere(into=number):
            return _(
                "Meanwhile this concern was joined with number %(number)s; answer there. Your text is still here."
            ) % {"number": number}
        case actions.WaitsForApproval(draft=draft):
            return _("%(name)s has not looked at it yet. Wait for that, or withdraw what you asked for.") % {
                "name": draft.asks
            }
    raise refusal


def _gone() -> str:
    return _(
        "This draft was sent or discarded meanwhile, perhaps on another device: look at the conversation. What you"
        " wrote is still here; sent again, it goes out as an answer of its own."
    )


def insist_on_draft(request: HttpRequest, ticket: Ticket, form: Drafted) -> None:
    """Refuse (403) to send what somebody else writes, unless they asked for it."""
    key = form.cleaned_data.get("draft")
    draft = Draft.objects.filter(pk=key, ticket=ticket).first() if key else None
    if draft is not None and not draft.is_written_by(agent_of(request)):
        raise PermissionDenied


def _without_draft(request: HttpRequest, ticket: Ticket) -> ReplyForm:
    data = request.POST.copy()
    for name in ("draft", "draft_version", "attached"):
        data.pop(name, None)
    again = ReplyForm(data, request.FILES, ticket=ticket)
    again.is_valid()
    return again


def _send(request: HttpRequest, ticket: Ticket, form: ReplyForm) -> Message | list[str]:
    """The queued message; else what stopped it beside what others did in the concern: other recipients, or nothing."""
    said = replace(form.answer(ticket), model=model_of(request, ticket))
    answer = promising.with_promises(said, form, agent_of(request))

    def act(version: int) -> Message:
        return actions.reply(
            ticket,
            answer,
            actor=actor_of(request),
            at=clock.now(),
            status=form.cleaned_data["status"],
            expected_version=version,
            expected_to=form.expected(),
            written=form.written,
        )

    try:
        return unless_news(request, ticket, form, answer, act) or []
    except actions.OtherRecipients as others:
        names = ", ".join(name or address for name, address in others.to) or _("nobody")
        return [_("The answer would go to somebody else now: %(names)s.") % {"names": names}]


def unless_news(
    request: HttpRequest, ticket: Ticket, form: Versioned, answer: Answer, act: Callable[[int], Message]
) -> Message | None:
    """The queued message; None when something happened that the writer has not seen."""
    version, seen = form.cleaned_data["version"], form.cleaned_data["seen"]
    return send_unless_overtaken(request, ticket, answer, version=version, seen=seen, send=act, sent=lambda one: one)


def _sent(request: HttpRequest, message: Message) -> HttpResponse:
    ticket, agent = message.ticket, agent_of(request)
    goal = afterwards.goal_of(request, ticket, message)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(goal or reverse("workspace:ticket", args=[ticket.pk]))
    if goal is not None:
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = goal
        return response
    ticket = ticket_for(agent, ticket.pk)
    parts = parts_of(request, ticket)
    said = {
        "message": message,
        "undo_until": message.created_at + parts["undo"] if _leaves_soon(message) else None,
        "names": counted([*message.to, *message.cc]),
    }
    context = parts | writing.blank(ticket, parts["timeline"], parts["drafts"]) | said
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
    again.is_valid()  # so that its files are named
    context = parts | writing.blank(ticket, parts["timeline"], parts["drafts"]) | {"reply": again, "news": told}
    return page(request, "workspace/ticket/conflict.html", context, status=422)


def _still_writing(
    request: HttpRequest, ticket: Ticket, form: ReplyForm, *, misses_file: bool = False, other: Draft | None = None
) -> HttpResponse:
    promising.carried_over(form, form, agent_of(request))
    told = {"reply": form, "misses_file": misses_file, "other": other}
    if not request.htmx:  # type: ignore[attr-defined]
        parts = parts_of(request, ticket)
        context = parts | writing.blank(ticket, parts["timeline"], parts["drafts"]) | beside(request, ticket) | told
        return page(request, "workspace/ticket/page.html", context, status=422)
    around = writing.beside(ticket)
    key = form.cleaned_data.get("draft")
    draft = Draft.objects.with_files().filter(pk=key, ticket=ticket).first() if key else None
    shown = {"ticket": ticket, "greeting": writing.greeting_of(around["person"], ticket), "draft": draft}
    context = around | shown | told | {"news": None, "oob": False}
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
    insist_on_draft(request, ticket, form)
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
            written=form.written,
            after=form.cleaned_data["seen"],
        )
    except actions.NothingSaid:
        form.add_error("text", _("Please write something."))
        return _still_noting(request, ticket, form)
    except (actions.DraftGone, actions.Overwritten):
        form.add_error("text", _("This note was kept or changed on another device meanwhile. Please look first."))
        return _still_noting(request, ticket, form)
    if not request.htmx:  # type: ignore[attr-defined]
        return anew(request, number)
    parts = parts_of(request, ticket_for(agent_of(request), number))
    blank = NoteForm(initial={"seen": parts["timeline"].last_event})
    return page(request, "workspace/ticket/noted.html", parts | {"note": blank})


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
        return anew(request, ticket.pk)
    if afterwards.is_elsewhere(request, ticket):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = reverse("workspace:ticket", args=[ticket.pk])
        return response
    more: dict[str, Any] = {"message": done, "from_toast": "from" in request.POST}
    ticket = ticket_for(agent_of(request), ticket.pk)
    parts = parts_of(request, ticket)
    if done.state == "cancelled" and not done.is_forward:
        more |= writing.blank(ticket, parts["timeline"], parts["drafts"])
    return page(request, "workspace/ticket/undone.html", parts | more)


def _insist(request: HttpRequest, permission: str, ticket: Ticket) -> None:
    insist(request, permission, ticket)
