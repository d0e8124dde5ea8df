"""AI providers: the register of who may be asked for words, whether it works, what it costs, and every question."""

import math
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings import call_troubles
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, alarmed, done, posted, refused, show
from anliegen.faces.workspace.settings.provider_forms import ProviderForm
from anliegen.flow.assist import asking, budget, register
from anliegen.flow.assist.models import DATA_CLASSES, DEEDS, TEST, Call, Provider
from anliegen.ground import clock
from anliegen.oversight.compliance.names import names
from anliegen.oversight.compliance.pages import page
from anliegen.records.accounts.models import Agent


@asks("settings.manage")
@require_safe
def providers(request: HttpRequest) -> HttpResponse:
    rows, now = list(Provider.objects.kept().order_by("pk")), clock.now()
    context = {
        "rows": [(row, _used(row, now)) for row in rows],
        "names": _responsible(rows, agent_of(request)),
        "deeds": dict(DEEDS),
    }
    return show(request, "providers", context, place="providers")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_provider(request: HttpRequest) -> HttpResponse:
    form = ProviderForm(posted(request))
    if form.is_valid():
        row = register.create(actor=actor_of(request), at=clock.now(), **form.values())
        return done(
            request, _("%(name)s is entered, and switched off. Test it now.") % {"name": row}, "provider", row.pk
        )
    return show(request, "provider", {"form": form, "provider": None}, place="providers")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def provider(request: HttpRequest, pk: int) -> HttpResponse:
    row = _provider(pk)
    form = ProviderForm(posted(request), instance=row)
    if form.is_valid() and _saved(request, row, form):
        return done(request, _("%(name)s is saved.") % {"name": row}, "provider", row.pk)
    kept = _provider(pk)
    context = {
        "form": form,
        "provider": kept,
        "used": _used(kept, clock.now()),
        "names": _responsible([kept], agent_of(request)),
        "missing": kept.missing,
        "classes": dict(DATA_CLASSES),
    }
    return show(request, "provider", context, place="providers")


@asks("settings.manage")
@require_POST
def switch_provider(request: HttpRequest, pk: int) -> HttpResponse:
    """On where it is off, and off where it is on, as the page said it would be."""
    row = _provider(pk)
    if request.POST.get("to") != "on":
        register.switch_off(row, actor=actor_of(request), at=clock.now())
        return done(request, _("Switched off: nobody asks %(name)s any more.") % {"name": row}, "provider", pk)
    try:
        register.switch_on(row, actor=actor_of(request), at=clock.now())
    except register.Incomplete as problem:
        missing = ", ".join(str(one) for one in problem.missing)
        return refused(
            request, _("It cannot be switched on yet. Missing: %(what)s.") % {"what": missing}, "provider", pk
        )
    return done(request, _("Switched on: agents can ask %(name)s from the editor.") % {"name": row}, "provider", pk)


@asks("settings.manage")
@require_POST
def test_provider(request: HttpRequest, pk: int) -> HttpResponse:
    """One question of our own, with nobody's words in it; it counts in the ledger like any other."""
    row = _provider(pk)
    trouble = asking.try_out(row, actor=actor_of(request), at=clock.now())
    if not trouble:
        return done(request, _("It answers."), "provider", pk)
    return alarmed(request, _("No answer to use: %(why)s") % {"why": words(trouble)}, "provider", pk)


@asks("settings.manage")
@require_POST
def withdraw_provider(request: HttpRequest, pk: int) -> HttpResponse:
    row = register.withdraw(_provider(pk), actor=actor_of(request), at=clock.now())
    return done(request, _("%(name)s is out of the register; its key is deleted.") % {"name": row}, "providers")


@asks("settings.manage")
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """The ledger: who asked for what, how much, what it cost, how it ended. Never a word of it."""
    rows = Call.objects.select_related("provider")
    found = page(rows, cursor=request.GET.get("cursor"))
    asked = {one.actor for one in found.items}
    context = {
        "page": found,
        "names": names((one for one in asked if one.startswith("agent:")), agent_of(request)),
        "deeds": dict(DEEDS) | {TEST: _("test")},
        "words": words,
    }
    return show(request, "questions", context, place="providers")


def words(code: str) -> str:
    """Why there was no answer, for people."""
    if code in _OWN or code.startswith("http_"):
        return _troubles(code)
    return str(call_troubles.words(code))


_OWN = ("budget", "busy", "off", "protocol", "empty", "no_key", "broken_off", "too_long", "cut_off", "filtered")


def _troubles(code: str) -> str:
    match code:
        case "too_long":
            return _("The question was longer than its model reads.")
        case "cut_off":
            return _("Its answer grew too long and was broken off. A model that thinks aloud needs more than we allow.")
        case "filtered":
            return _("It held its answer back by a filter of its own.")
        case "http_301" | "http_302" | "http_303" | "http_307" | "http_308":
            return _("It sends questions on to another address. Enter that one, if you trust it.")
        case "budget":
            return _("The budget of this month does not cover it.")
        case "busy":
            return _("Too many questions are under way.")
        case "off":
            return _("It is out of the register.")
        case "protocol":
            return _("It does not answer as OpenAI's API does. Is the address its base, such as …/v1?")
        case "empty":
            return _("It answered without words.")
        case "no_key":
            return _("Our kept key does not open any more. Enter it again.")
        case "http_401" | "http_403":
            return _("It does not take our key.")
        case "http_404":
            return _("There is nothing at this address, or no such model.")
        case "http_429":
            return _("It takes no more questions at the moment.")
    return _("It answered with the error %(code)s.") % {"code": code.removeprefix("http_")}


def _saved(request: HttpRequest, row: Provider, form: ProviderForm) -> bool:
    try:
        register.change(row, actor=actor_of(request), at=clock.now(), **form.values())
    except register.KeyNeeded:
        form.add_error("key", _("Please enter it again: it would go to another server."))
        return False
    except register.Incomplete as problem:
        missing = ", ".join(str(one) for one in problem.missing)
        form.add_error(None, _("It is switched on, and this must be known: %(what)s.") % {"what": missing})
        return False
    return True


def _provider(pk: int) -> Provider:
    return get_object_or_404(Provider.objects.kept(), pk=pk)


def _used(row: Provider, at: datetime) -> tuple[int, int]:
    """What of this month's budget is used: cents, begun ones in full, and percent of it."""
    spent = math.ceil(budget.spent(row, at))
    return spent, min(100, round(100 * spent / row.budget_cents)) if row.budget_cents else 0


def _responsible(rows: list[Provider], viewer: Agent) -> dict[str, str]:
    return names((row.responsible for row in rows if row.responsible), viewer)
