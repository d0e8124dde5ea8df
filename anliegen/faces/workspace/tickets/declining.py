"""Saying no: what it says is asked for, a letter is made of it, and it goes out only with all that belongs to one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import news, recipients
from anliegen.faces.workspace.tickets.decline_forms import FactsForm, LetterForm, begun, carried
from anliegen.faces.workspace.tickets.overtaken import newest_event, send_unless_overtaken
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.flow.channels import refusal
from anliegen.ground import clock
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Refusal, Ticket


@asks("ticket.reply")
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, number: int) -> HttpResponse:
    """The facts (GET; POST `facts` to change them), the letter made of them (POST `letter`), sending it (`send`)."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    if ticket.joined_into_id is not None:
        return redirect("workspace:ticket", ticket.pk)
    if request.method != "POST":
        return _ask(request, ticket, FactsForm(ticket, initial=begun(ticket, newest_event(ticket))))
    step = request.POST.get("step", "letter")
    if step == "check":
        return _checked(request)
    facts = FactsForm(ticket, request.POST)
    if not facts.is_valid() or step == "facts":
        return _ask(request, ticket, facts)
    if step != "send":
        letter = LetterForm({"text": facts.letter(ticket, the_operator())})
        return _show(request, ticket, facts, letter)
    letter = LetterForm(request.POST)
    return _send(request, ticket, facts, letter) if letter.is_valid() else _show(request, ticket, facts, letter, 422)


def _send(request: HttpRequest, ticket: Ticket, facts: FactsForm, letter: LetterForm) -> HttpResponse:
    text, seen = letter.cleaned_data["text"], facts.cleaned_data["seen"]
    version, answer = facts.cleaned_data["version"], Answer(text=text)

    def send(version: int) -> Refusal:
        return actions.decline(
            ticket,
            answer,
            facts.declined(text),
            actor=actor_of(request),
            at=clock.now(),
            expected_version=version,
        )

    try:
        sent = send_unless_overtaken(request, ticket, answer, version=version, seen=seen, send=send, sent=_refusal)
    except actions.NoWayToAnswer:
        letter.add_error(None, _("We have no e-mail address of this person. Add one, or write a letter on paper."))
        return _show(request, ticket, facts, letter, 422)
    if sent is not None:
        return redirect("workspace:ticket", ticket.pk)
    told = news.news_since(ticket, seen, agent_of(request))
    ticket = ticket_for(agent_of(request), ticket.pk)
    data = request.POST.copy()
    data["version"], data["seen"] = str(ticket.version), str(newest_event(ticket))
    return _show(request, ticket, FactsForm(ticket, data), letter, 422, told)


def _refusal(message: Message) -> Refusal:
    return Refusal.objects.get(message=message)


def _ask(request: HttpRequest, ticket: Ticket, facts: FactsForm) -> HttpResponse:
    is_wrong = facts.is_bound and bool(facts.errors)
    context = _around(ticket) | {"facts": facts, "wrote": _last_letter(ticket)}
    return page(request, "workspace/ticket/decline.html", context, status=422 if is_wrong else 200)


def _show(
    request: HttpRequest,
    ticket: Ticket,
    facts: FactsForm,
    letter: LetterForm,
    status: int = 200,
    told: list[str] | None = None,
) -> HttpResponse:
    text = str(letter["text"].value() or "")
    context = _around(ticket) | {
        "facts": facts,
        "kept": [(name, facts[name].value() or "") for name in facts.fields],
        "letter": letter,
        "carried": carried(text),
        "news": told,
        "names": str(ticket.person) if ticket.person.is_hidden else recipients.counted(_to(ticket)),
    }
    # A part that was never filled in is said, but is no mistake before somebody wanted to send it.
    context["is_tried"] = status == 422
    return page(request, "workspace/ticket/decline_letter.html", context, status=status)


def _checked(request: HttpRequest) -> HttpResponse:
    """Whether all of it is there, while the letter is changed."""
    context = {"carried": carried(request.POST.get("text", "")[:200_000])}
    return page(request, "workspace/ticket/decline_carried.html", context)


def _around(ticket: Ticket) -> dict[str, Any]:
    language = refusal.language_of(ticket, the_operator())
    answers = ticket.responsible.name if ticket.responsible else None
    return {"ticket": ticket, "letter_language": language, "answers_for_it": answers}


def _last_letter(ticket: Ticket) -> Message | None:
    """What the customer wrote last: it is in view while one says no to it."""
    return ticket.messages.filter(direction="in").order_by("-created_at", "-pk").first()


def _to(ticket: Ticket) -> list[dict[str, str]]:
    return [{"name": name, "address": address} for name, address in actions.recipients_of(ticket)]
