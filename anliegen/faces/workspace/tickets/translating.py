"""A translation beside its original: read, written paragraph by paragraph, and asked of a colleague."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import foreign, letters
from anliegen.faces.workspace.tickets.page import ticket_seen_by
from anliegen.flow.assist import asking
from anliegen.ground import clock
from anliegen.ground.text import shorten
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Asked
from anliegen.records.tickets.models import Mention, Message, Ticket, Translation, TranslationDraft
from anliegen.records.tickets.paragraphs import Pair, paired, parts

LONGEST = 400_000  # characters of a translation, all its paragraphs together; kept or begun
MOST_ASKED = 6
QUOTED = 120  # characters of the message that a colleague is asked about


@dataclass(frozen=True)
class Speaker:
    """A colleague who reads the language. `sees` the ticket already; `is_asked` and has not answered yet."""

    agent: Agent
    sees: bool
    is_asked: bool


class Beside:
    """A message and its translation into one language, as this agent may read and write it."""

    def __init__(self, request: HttpRequest, message: int) -> None:
        self.agent = agent_of(request)
        self.message = get_object_or_404(Message, pk=message)
        self.ticket: Ticket = ticket_seen_by(self.agent, self.message.ticket_id)
        asked = request.POST.get("into") or request.GET.get("into", "")
        self.into = foreign.into(self.message, self.agent, asked, the_operator().default_language)
        kept = self.message.translations.filter(language=self.into).select_related("agent")
        self.versions: list[Translation] = list(kept.order_by("-version"))

    @property
    def newest(self) -> Translation | None:
        return self.versions[0] if self.versions else None

    @property
    def begun_on(self) -> int:
        return self.newest.version if self.newest else 0

    @property
    def languages(self) -> tuple[str, str]:
        """Its own and that of the translation, by name."""
        return foreign.name_of(self.message.language), foreign.name_of(self.into)

    @property
    def may_write(self) -> bool:
        return may(self.agent, "ticket.note", self.ticket)

    @property
    def has_draft(self) -> bool:
        """Whether this agent is at it."""
        return self.may_write and _draft_of(self) is not None

    @property
    def wants_model(self) -> bool:
        """Whether a language model may be asked: by who may keep a translation, while no person has begun one."""
        return self.may_write and self.newest is None and not self.has_draft

    @property
    def others(self) -> list[tuple[str, str]]:
        """Other languages it is there in, by code and name."""
        kept = self.message.translations.newest().exclude(language=self.into).order_by("language")
        return [(one.language, foreign.name_of(one.language)) for one in kept]

    def pairs(self, translated: Sequence[str]) -> list[Pair]:
        return paired(self.message.said, translated)

    def speakers(self) -> list[Speaker]:
        """Who could be asked: first who sees the ticket. Others only by who may bring them in."""
        known = Agent.objects.at_work().filter(is_active=True, role__permissions__contains=["ticket.note"])
        spoken = known.filter(speaks__contains=[self.message.language]).exclude(pk=self.agent.pk)
        asked = Mention.objects.filter(ticket=self.ticket, settled_at=None).values_list("agent_id", flat=True)
        waiting = set(asked)
        found = [
            Speaker(one, may(one, "ticket.read", self.ticket), one.pk in waiting)
            for one in spoken.order_by("name", "pk")[: 5 * MOST_ASKED]
        ]
        brings_in = may(self.agent, "ticket.assign", self.ticket)
        return sorted((one for one in found if one.sees or brings_in), key=lambda one: not one.sees)[:MOST_ASKED]


@asks("ticket.read")
@require_safe
def translation(request: HttpRequest, message: int) -> HttpResponse:
    """The original, and beside it what it says."""
    return shown(request, Beside(request, message))


@asks("ticket.note")
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, message: int) -> HttpResponse:
    """The paragraphs with a field beside each (GET); keep them as a new version (POST)."""
    beside = Beside(request, message)
    insist(request, "ticket.note", beside.ticket)
    if request.method != "POST":
        return _form(request, beside)
    written = request.POST.getlist("part")
    if _is_too_long(written):
        return _form(request, beside, written, problem=_too_long())
    try:
        actions.translate(
            beside.message,
            written,
            language=beside.into,
            actor=actor_of(request),
            at=clock.now(),
            begun_on=_number(request, "begun_on"),
        )
    except actions.NothingSaid:
        return _form(request, beside, written, problem=_("Please translate at least one paragraph."))
    except actions.TranslatedMeanwhile as meanwhile:
        return _form(request, beside, written, meanwhile=meanwhile.newest)
    return done(request, beside)


@asks("ticket.note")
@require_POST
def keep(request: HttpRequest, message: int) -> HttpResponse:
    """Keep the words as they stand while somebody is at them; what another device kept is not overwritten."""
    beside = Beside(request, message)
    insist(request, "ticket.note", beside.ticket)
    draft, is_behind, written = None, False, request.POST.getlist("part")
    if _is_too_long(written):
        return _kept(request, beside, problem=_too_long())
    try:
        draft = actions.keep_translation_draft(
            beside.message,
            beside.agent,
            written,
            language=beside.into,
            version=_number(request, "draft_version"),
            begun_on=_number(request, "begun_on"),
            at=clock.now(),
        )
    except actions.DraftedElsewhere as elsewhere:
        draft, is_behind = elsewhere.draft, True
    except actions.TranslatedMeanwhile:
        is_behind = True
    return _kept(request, beside, draft, is_behind=is_behind)


@asks("ticket.note")
@require_POST
def discard(request: HttpRequest, message: int) -> HttpResponse:
    """Throw away what one was at."""
    beside = Beside(request, message)
    insist(request, "ticket.note", beside.ticket)
    actions.discard_translation_draft(beside.message, beside.agent, language=beside.into)
    return done(request, beside)


@asks("ticket.note")
@require_POST
def ask(request: HttpRequest, message: int) -> HttpResponse:
    """Ask a colleague who speaks the language, by a note that names them and says which message."""
    beside = Beside(request, message)
    insist(request, "ticket.note", beside.ticket)
    chosen = next((one for one in beside.speakers() if str(one.agent.pk) == request.POST.get("agent")), None)
    if chosen is None or chosen.is_asked:
        return done(request, beside)
    actions.write_note(
        beside.ticket,
        text=_question(beside, chosen.agent),
        asked=[Asked(chosen.agent)],
        brings_in=[] if chosen.sees else [chosen.agent],
        actor=actor_of(request),
        at=clock.now(),
    )
    return done(request, beside)


def _is_too_long(written: Sequence[str]) -> bool:
    return sum(map(len, written)) > LONGEST


def _too_long() -> str:
    return _("That is too long for a translation.")


def _kept(
    request: HttpRequest,
    beside: Beside,
    draft: TranslationDraft | None = None,
    *,
    is_behind: bool = False,
    problem: str = "",
) -> HttpResponse:
    """What stands below the fields: since when they are kept, or why they are not."""
    context = {
        "beside": beside,
        "version": _number(request, "draft_version") if is_behind or draft is None else draft.version,
        "kept_at": timezone.localtime(draft.updated_at).strftime("%H:%M") if draft else "",
        "is_behind": is_behind,
        "too_long": problem,
    }
    return page(request, "workspace/ticket/translation_kept.html", context)


def _question(beside: Beside, colleague: Agent) -> str:
    return _(
        "@%(name)s, could you translate the message of %(when)s from %(language)s, please? It begins: “%(words)s”"
    ) % {
        "name": colleague.name,
        "when": date_format(timezone.localtime(beside.message.created_at), "SHORT_DATETIME_FORMAT"),
        "language": beside.languages[0],
        "words": shorten(beside.message.said, QUOTED),
    }


def shown(request: HttpRequest, beside: Beside, trouble: str = "") -> HttpResponse:
    """The message and its translation. `trouble`: why no language model has translated it."""
    newest = beside.newest
    wants = beside.wants_model
    context = {
        "trouble": trouble,
        "wants_model": wants,
        "has_model": wants and asking.provider_for("understand") is not None,
        "may_set_up": wants and may(beside.agent, "settings.manage"),
        "beside": beside,
        "pairs": [_drawn(one) for one in beside.pairs(parts(newest.text))] if newest else [],
        "older": [(one, parts(one.text)) for one in beside.versions[1:]],
        "speakers": beside.speakers() if beside.may_write and newest is None else [],
        "has_draft": beside.has_draft,
    }
    return page(request, "workspace/ticket/translation_page.html", context, block="part")


def _drawn(pair: Pair) -> tuple[Any, str | None]:
    """The original as everywhere, with its links; the translation as it was typed."""
    return letters.drawn(pair.original) if pair.original is not None else None, pair.translation


def _form(
    request: HttpRequest,
    beside: Beside,
    written: Sequence[str] | None = None,
    *,
    problem: str = "",
    meanwhile: Translation | None = None,
) -> HttpResponse:
    draft = _draft_of(beside)
    kept = parts(draft.text) if draft else parts(beside.newest.text) if beside.newest else []
    pairs = beside.pairs(kept if written is None else written)
    context = {
        "beside": beside,
        "pairs": [_drawn(one) for one in pairs],
        "begun_on": draft.begun_on if draft and not meanwhile else beside.begun_on,
        "version": draft.version if draft else 0,
        "kept_at": timezone.localtime(draft.updated_at).strftime("%H:%M") if draft else "",
        "is_behind": False,
        "problem": problem,
        "meanwhile": meanwhile,
    }
    status = 422 if problem or meanwhile else 200
    return page(request, "workspace/ticket/translation_form.html", context, block="part", status=status)


def _draft_of(beside: Beside) -> TranslationDraft | None:
    own = TranslationDraft.objects.filter(message=beside.message, agent=beside.agent, language=beside.into)
    return own.first()


def done(request: HttpRequest, beside: Beside) -> HttpResponse:
    """What is there by now, after something was done."""
    if request.htmx:  # type: ignore[attr-defined]
        return shown(request, Beside(request, beside.message.pk))
    return redirect("workspace:translation", beside.message.pk)


def _number(request: HttpRequest, name: str) -> int:
    given = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
