"""What automation proposed and a person does with a form: the editor with the draft in it, the concession filled in.

Nothing is sent or granted by it. What the agent had begun to write stays: they choose where the proposal goes.
"""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from anliegen.faces.ui.fragments import page
from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.tickets import drafts, origin
from anliegen.faces.workspace.tickets.blocks import Here
from anliegen.faces.workspace.tickets.decisions import form_address
from anliegen.flow.automation import approval, taken_up
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.taken_up import PutIn
from anliegen.flow.channels.email.html.cleaned import from_text
from anliegen.ground import clock
from anliegen.records.knowledge.marks import plain
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Writing
from anliegen.records.tickets.models import Draft, Message, Ticket


def take_up(request: HttpRequest, found: Decision, ticket: Ticket) -> HttpResponse:
    """Say yes to it, and open its form. Raises AlreadySettled."""
    if found.question == "refund":
        done = approval.confirm(found, by=agent_of(request), at=clock.now())
        messages.success(request, _("Here is the form with the proposal in it. Nothing has been given yet."))
        return _opened(request, form_address(done))
    return _into_the_answer(request, found, ticket)


def _into_the_answer(request: HttpRequest, found: Decision, ticket: Ticket) -> HttpResponse:
    here = Here(ticket, agent_of(request))
    words = plain(here.filled(found.text)).strip()
    own = drafts.of(ticket, here.agent).own("reply")
    how = request.POST.get("how", "")
    has_words = own is not None and own.text.strip() not in ("", here.greeting.strip())
    if own is not None and has_words and how not in ("below", "instead"):
        return _asked(request, found, ticket, words, own)
    try:
        put = _put(words, here, own, how=how if has_words else "instead", keeps=has_words)
        taken_up.put_into_draft(found, put, by=here.agent, at=clock.now())
    except (actions.Overwritten, actions.DraftGone):
        # Somebody, perhaps this agent elsewhere, wrote in it at this moment.
        own = drafts.of(ticket, here.agent).own("reply")
        return _asked(request, found, ticket, words, own)
    messages.success(request, _said(how, keeps=has_words))
    return _opened(request, form_address(found))


def _put(words: str, here: Here, own: Draft | None, *, how: str, keeps: bool) -> PutIn:
    writing = own.writing if own is not None else Writing("")
    if how == "below":
        text = f"{writing.text.rstrip()}\n\n{words}\n"
        html = f"{writing.html}{from_text(words)}" if writing.html else ""
        return PutIn(words, replace(writing, text=text, html=html), own)
    greeting = here.greeting.strip()
    text = f"{words}\n" if words.startswith(greeting) else f"{greeting}\n\n{words}\n"
    aside = writing.text if keeps else ""
    return PutIn(words, replace(writing, text=text, html=""), own, aside, _heard(here.ticket))


def _heard(ticket: Ticket) -> Message | None:
    """The newest thing the customer said: what an answer that is begun now knows of."""
    heard = Message.objects.filter(ticket=ticket, direction="in", automatic="")
    return heard.order_by("-created_at", "-pk").first()


def _said(how: str, *, keeps: bool) -> str:
    if keeps and how == "below":
        return _("It stands below what you had written. Nothing has been sent.")
    if keeps:
        return _("It stands in your answer. What you had written is in a private note of yours. Nothing has been sent.")
    return _("It stands in your answer. Nothing has been sent.")


def _asked(request: HttpRequest, found: Decision, ticket: Ticket, words: str, own: Draft | None) -> HttpResponse:
    """They have begun an answer: where is the proposal to go?"""
    context = {"ticket": ticket, "decision": found, "words": words, "own": own}
    response = page(request, "workspace/ticket/take_up.html", context, block="dialog")
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _opened(request: HttpRequest, address: str) -> HttpResponse:
    """The list from which the ticket was opened stays beside it."""
    path, _hash, part = address.partition("#")
    kept = origin.query_of(request).removeprefix("?")
    whole = f"{path}&{kept}#{part}" if kept else address
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(whole)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = whole
    return response
