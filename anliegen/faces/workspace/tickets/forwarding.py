"""Passing on what was said to somebody else: another address, or a colleague. Notes never go along."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import attaching, drafts, news
from anliegen.faces.workspace.tickets.drafts import Drafted, NumbersField
from anliegen.faces.workspace.tickets.page import anew, parts_of, ticket_for
from anliegen.faces.workspace.tickets.recipients import AddressesField, counted, forward_words
from anliegen.faces.workspace.tickets.talk import REFUSALS, insist_on_draft, refused, unless_news
from anliegen.faces.workspace.tickets.writing import Versioned
from anliegen.flow.channels.email.html import written
from anliegen.flow.channels.email.html.cleaned import from_text
from anliegen.ground import clock
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.queries import Mailboxes
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, File
from anliegen.records.tickets.models import Attachment, Draft, Message, Ticket

AFTERWARDS = [
    ("same", gettext_lazy("then it stays as it is")),
    ("waiting_internal", gettext_lazy("then wait for others")),
    ("open", gettext_lazy("then keep working on it")),
]


class ForwardForm(Drafted, Versioned):
    """To whom, which messages and files, and a few words before them."""

    to = AddressesField(
        label=pgettext_lazy("recipients", "Forward to"),
        max_length=2000,
        error_messages={"required": gettext_lazy("Please say to whom.")},
    )
    text = forms.CharField(
        label=gettext_lazy("Your words before it"),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
        strip=False,
        max_length=100_000,
    )
    html = forms.CharField(required=False, strip=False, widget=forms.HiddenInput, max_length=written.LONGEST)
    message = NumbersField(required=False)
    enclosed = NumbersField(required=False)
    status = forms.ChoiceField(label=gettext_lazy("Afterwards"), choices=AFTERWARDS, initial="same")

    def __init__(self, *args: Any, ticket: Ticket, **more: Any) -> None:
        more["auto_id"] = "forward_%s"  # the answer's form is on the same page
        super().__init__(*args, **more)
        self._ticket = ticket

    def clean_to(self) -> list[tuple[str, str]]:
        """Neither the customer, who is answered, nor a mailbox of ours, which would open a concern."""
        to: list[tuple[str, str]] = self.cleaned_data["to"]
        theirs = set(Address.objects.filter(person=self._ticket.person_id).values_list("folded", flat=True))
        for _name, address in to:
            if fold_address("email", address) in theirs:
                raise ValidationError(
                    _("%(address)s is the customer's own: answer them instead of forwarding.") % {"address": address}
                )
            if Mailboxes.load().find([address]) is not None:
                raise ValidationError(
                    _("%(address)s is a mailbox of ours: give the concern to that team instead.") % {"address": address}
                )
        return to

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        chosen = [one for one in forwardable(self._ticket) if one.pk in given.get("message", ())]
        files = [one for one in enclosable(chosen) if one.pk in given.get("enclosed", ())]
        if not chosen and not given.get("text", "").strip():
            self.add_error("message", _("Please choose what is forwarded."))
        attaching.insist_on_size([*files, *given.get("attached", ())])
        return given | {"messages": chosen, "files": files}

    def answer(self) -> Answer:
        given = self.cleaned_data
        own = drafts.writing_of({"text": given["text"], "html": given["html"]}, given["attached"])
        passed_on = [_passed_on(one) for one in given["messages"]]
        text = "\n\n".join(part for part in (own.text.strip(), *passed_on) if part)
        html = f"{own.html}{''.join(map(_as_quote, passed_on))}" if own.html else ""
        return Answer(
            text=text,
            html=html,
            to=tuple(given["to"]),
            files=(*map(_again, given["files"]), *(drafts.inside(one, html, text) for one in given["attached"])),
            said=own.text.strip() if passed_on else "",
        )


@asks("ticket.reply")
def forward(request: HttpRequest, number: int) -> HttpResponse:
    """The form, as it was left; and what it sends. When others did something meanwhile, nothing is sent."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    if request.method != "POST":
        return _form(request, ticket, ForwardForm(initial=_begun(request, ticket), ticket=ticket))
    form = ForwardForm(request.POST, ticket=ticket)
    if not form.is_valid():
        return _form(request, ticket, form, status=422)
    insist_on_draft(request, ticket, form)
    try:
        message = _send(request, ticket, form)
    except actions.Overwritten as other:
        return _form(request, ticket, form, status=422, other=other.draft)
    except (actions.DraftGone, *REFUSALS) as refusal:
        form.add_error(None, _("This was sent or discarded meanwhile.") if _is_gone(refusal) else refused(refusal))
        return _form(request, ticket, form, status=422)
    if message is None:
        told = news.news_since(ticket, form.cleaned_data["seen"], agent_of(request))
        return _form(request, ticket, _as_seen_now(request, ticket), status=422, news=told)
    return _sent(request, message)


def forwardable(ticket: Ticket) -> list[Message]:
    """What may be passed on, newest first: what was said, not what a rule wrote, nor what came encrypted for us."""
    said = ticket.messages.filter(rule="").exclude(state="cancelled").select_related("person", "agent")
    found = said.prefetch_related("attachments").order_by("-created_at", "-pk")[:100]
    return [one for one in found if not one.came_encrypted]


def enclosable(messages: Sequence[Message]) -> list[Attachment]:
    return [file for one in messages for file in one.attachments.all()]


def _begun(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    draft = drafts.of(ticket, agent_of(request)).own("forward")
    newest = forwardable(ticket)[:1]
    seen = {"version": ticket.version, "seen": _newest_event(ticket)}
    if draft is None:
        return seen | {"message": [one.pk for one in newest], "enclosed": [one.pk for one in enclosable(newest)]}
    return drafts.initial(draft) | seen | {"message": draft.passes_on, "enclosed": draft.encloses}


def _send(request: HttpRequest, ticket: Ticket, form: ForwardForm) -> Message | None:
    answer = form.answer()

    def act(version: int) -> Message:
        return actions.forward(
            ticket,
            answer,
            actor=actor_of(request),
            at=clock.now(),
            status="" if form.cleaned_data["status"] == "same" else form.cleaned_data["status"],
            expected_version=version,
            written=form.written,
        )

    return unless_news(request, ticket, form, answer, act)


def _sent(request: HttpRequest, message: Message) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return anew(request, message.ticket_id)
    ticket = ticket_for(agent_of(request), message.ticket_id)
    parts = parts_of(request, ticket)
    said = {
        "message": message,
        "undo_until": message.created_at + parts["undo"],
        "names": counted(message.to),
        "is_new": True,
    }
    form = ForwardForm(initial=_begun(request, ticket), ticket=ticket)
    return page(request, "workspace/ticket/forwarded.html", parts | said | _around(ticket, form))


def _as_seen_now(request: HttpRequest, ticket: Ticket) -> ForwardForm:
    data = request.POST.copy()
    now = ticket_for(agent_of(request), ticket.pk)
    data["version"], data["seen"] = str(now.version), str(_newest_event(now))
    again = ForwardForm(data, ticket=now)
    again.is_valid()
    return again


def _form(request: HttpRequest, ticket: Ticket, form: ForwardForm, *, status: int = 200, **told: Any) -> HttpResponse:
    context = {"ticket": ticket} | _around(ticket, form) | told
    return page(request, "workspace/ticket/forward.html", context, status=status)


def _around(ticket: Ticket, form: ForwardForm) -> dict[str, Any]:
    chosen = form["message"].value() or ()
    enclosed = {str(one) for one in form["enclosed"].value() or ()}
    key = form["draft"].value()
    return {
        "forward": form,
        "messages": forwardable(ticket),
        "chosen": {str(one) for one in chosen},
        "enclosed": enclosed,
        "forward_words": forward_words(),
        "not_taken": attaching.NAMED,
        "draft": Draft.objects.with_files().filter(pk=key, ticket=ticket).first() if key else None,
    }


def _passed_on(message: Message) -> str:
    """As mail programs write it above what is forwarded, and the words themselves."""
    name = message.agent.name if message.agent else message.from_name or (message.person.name if message.person else "")
    at = timezone.localtime(message.created_at)
    to = ", ".join(one["name"] or one["address"] for one in message.to)
    lines = [
        _("---------- Forwarded message ----------"),
        _("From: %(who)s") % {"who": _party(name, message.from_address)},
        _("Date: %(when)s") % {"when": at.strftime("%d.%m.%Y %H:%M")},
        _("Subject: %(subject)s") % {"subject": message.subject} if message.subject else "",
        _("To: %(who)s") % {"who": to} if to else "",
    ]
    return "\n".join(filter(None, lines)) + f"\n\n{message.said.strip()}"


def _as_quote(passed_on: str) -> str:
    head, _gap, words = passed_on.partition("\n\n")
    return f"{from_text(head)}<blockquote>{from_text(words)}</blockquote>"


def _party(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address else name or address


def _again(file: Attachment) -> File:
    return File(filename=file.filename, content_type=file.content_type, size=file.size, sha256=file.sha256)


def _newest_event(ticket: Ticket) -> int:
    newest = Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def _is_gone(refusal: Exception) -> bool:
    return isinstance(refusal, actions.DraftGone)
