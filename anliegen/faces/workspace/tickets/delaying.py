"""It takes longer than promised: the letter that says so, as a draft that somebody reads and sends."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import news
from anliegen.faces.workspace.tickets.overtaken import newest_event, send_unless_overtaken
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.flow.channels import interim
from anliegen.ground import clock
from anliegen.records.accounts import hours
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Promise, Ticket
from anliegen.records.tickets.promising.days import Days

DAYS_MORE = 2  # working days that are proposed


class DelayForm(forms.Form):
    """Why it takes longer, until when, and the letter. `step` is the button: write the draft anew, or send."""

    reason = forms.CharField(
        label=gettext_lazy("Why it takes longer"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why: a letter without a cause is no honest one.")},
        help_text=gettext_lazy("The cause, as it is. The customer reads it in the letter and on the status page."),
    )
    due_at = forms.DateTimeField(label=gettext_lazy("The new time"))
    text = forms.CharField(
        label=gettext_lazy("The letter"),
        strip=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    step = forms.ChoiceField(choices=[("draft", ""), ("send", "")])
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_due_at(self) -> datetime:
        due_at: datetime = self.cleaned_data["due_at"]
        if due_at <= clock.now():
            raise ValidationError(_("Choose a time that is still to come."))
        return due_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("step") == "send" and "text" in cleaned:
            if not cleaned["text"].strip():
                self.add_error("text", _("Please write something."))
            elif interim.has_gap(cleaned["text"]):
                self.add_error("text", _("The letter still has a gap in square brackets: put the cause there."))
        return cleaned


@asks("ticket.reply")
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft (GET), the draft anew with reason and time (POST `draft`), and sending it (POST `send`)."""
    promise = get_object_or_404(Promise.objects.with_names(), pk=pk)
    ticket = ticket_for(agent_of(request), promise.ticket_id)
    insist(request, "ticket.reply", ticket)
    if not promise.is_owed:
        return redirect("workspace:promise", promise.pk)
    if request.method != "POST":
        return _show(request, ticket, promise, _blank(promise, ticket))
    form = DelayForm(request.POST)
    if not form.is_valid():
        return _show(request, ticket, promise, form, status=422)
    if form.cleaned_data["step"] == "draft":
        return _show(request, ticket, promise, _drafted(request, promise, ticket, form))
    try:
        sent = _send(request, ticket, promise, form)
    except actions.NotOwed:
        return redirect("workspace:promise", promise.pk)
    except actions.NoWayToAnswer:
        form.add_error(None, _("We have no e-mail address of this person. Call, and set the new time by hand."))
        return _show(request, ticket, promise, form, status=422)
    if sent is None:
        return _news(request, ticket, promise, form)
    return redirect("workspace:ticket", ticket.pk)


def _send(request: HttpRequest, ticket: Ticket, promise: Promise, form: DelayForm) -> Message | None:
    given = form.cleaned_data
    answer = Answer(text=given["text"].replace("\r\n", "\n").strip())
    status = ticket.status if ticket.is_open and ticket.status != "new" else "open"

    def send(version: int) -> Message:
        return actions.tell_of_delay(
            promise,
            answer,
            due_at=given["due_at"],
            reason=given["reason"],
            actor=actor_of(request),
            at=clock.now(),
            status=status,
            expected_version=version,
        )

    return send_unless_overtaken(
        request, ticket, answer, version=given["version"], seen=given["seen"], send=send, sent=lambda message: message
    )


def _blank(promise: Promise, ticket: Ticket) -> DelayForm:
    now = clock.now()
    days = Days(max(now, promise.due_at), hours.of_team(promise.team or ticket.team))
    due_at = days.working_days(DAYS_MORE, saturdays=False)
    initial = {"due_at": timezone.localtime(due_at), "version": ticket.version, "seen": newest_event(ticket)}
    words = interim.words(promise, ticket, the_operator(), due_at=due_at, reason="", at=now)
    return DelayForm(initial={"text": words, **initial})


def _drafted(request: HttpRequest, promise: Promise, ticket: Ticket, form: DelayForm) -> DelayForm:
    given, data = form.cleaned_data, request.POST.copy()
    data["text"] = interim.words(
        promise, ticket, the_operator(), due_at=given["due_at"], reason=given["reason"], at=clock.now()
    )
    return DelayForm(data)


def _news(request: HttpRequest, ticket: Ticket, promise: Promise, form: DelayForm) -> HttpResponse:
    """Others were quicker: what they did, and the form with everything in it, ready to be sent all the same."""
    told = news.news_since(ticket, form.cleaned_data["seen"], agent_of(request))
    ticket = ticket_for(agent_of(request), ticket.pk)
    data = request.POST.copy()
    data["version"], data["seen"] = str(ticket.version), str(newest_event(ticket))
    return _show(request, ticket, promise, DelayForm(data), told=told, status=422)


def _show(
    request: HttpRequest,
    ticket: Ticket,
    promise: Promise,
    form: DelayForm,
    *,
    told: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"ticket": ticket, "promise": promise, "form": form, "news": told, "now": clock.now()}
    return page(request, "workspace/ticket/promise_tell.html", context, status=status)
