"""The list of rules, writing one, and seeing beforehand what it would have touched."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, show
from anliegen.faces.workspace.settings.rules import lines
from anliegen.faces.workspace.settings.rules.form import RuleForm
from anliegen.faces.workspace.settings.rules.lines import Lines
from anliegen.flow.automation import pauses
from anliegen.flow.automation.rules import actions
from anliegen.flow.automation.rules.actions import Ring, Unanswered
from anliegen.flow.automation.rules.definition import Definition
from anliegen.flow.automation.rules.models import Rule, RuleRun, RuleVersion
from anliegen.flow.automation.rules.preview import preview
from anliegen.flow.automation.rules.queries import figures, names, standing
from anliegen.flow.automation.rules.sentences import effect_in_words, sentence
from anliegen.flow.automation.rules.vocabulary import ACTIONS, CONDITIONS, STAGES
from anliegen.ground import clock
from anliegen.oversight.compliance.names import names as names_of
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket

SHOWN = 20


@asks("settings.manage")
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    rows = list(Rule.objects.select_related("owner").order_by("name", "pk"))
    paused, today = pauses.active(), timezone.localdate(clock.now())
    known, told = names([row.does for row in rows]), figures(rows)
    shown = [(row, sentence(row.does, known), standing(row, today, paused), told.get(row.pk)) for row in rows]
    context = {
        "rows": shown,
        "all_paused": paused.get(pauses.ALL),
        "rings": [why(one) for one in actions.present_rings()],
    }
    return show(request, "rules", context, place="rules")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(posted(request), initial={"owner": agent_of(request).pk})
    given = lines.posted(request.POST)
    if request.method == "POST" and (saving := _saving(request, form, given)) is not None:
        made = actions.create(form.written(saving), actor=actor_of(request), at=clock.now())
        words = _("The rule %(name)s is written. It does nothing yet: try it out and put it in force here.")
        return done(request, words % {"name": made.name}, "rule", made.pk)
    return _show_form(request, form, given, None)


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def change_rule(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Rule.objects.select_related("owner"), pk=pk)
    form = RuleForm.of(row, *([request.POST] if request.method == "POST" else []))
    given = lines.posted(request.POST) if request.method == "POST" else lines.of_definition(row.does)
    if request.method == "POST" and (saving := _saving(request, form, given)) is not None:
        try:
            saved = actions.change(row, form.written(saving), actor=actor_of(request), at=clock.now())
        except (Ring, Unanswered) as refused:
            form.add_error(None, why(refused))
        else:
            return done(request, _("The rule %(name)s is saved.") % {"name": saved.name}, "rule", saved.pk)
    return _show_form(request, form, given, row)


@asks("settings.manage")
@require_safe
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """How a rule stands, what it did, and its versions."""
    row = get_object_or_404(Rule.objects.select_related("owner"), pk=pk)
    now = clock.now()
    paused = pauses.active()
    known = names([row.does])
    visible = Ticket.objects.visible_to(agent_of(request))
    runs = RuleRun.objects.filter(rule=row, ticket__in=visible).select_related("ticket").order_by("-at", "-pk")[:SHOWN]
    versions = list(RuleVersion.objects.filter(rule=row).select_related("made_by").order_by("-number")[:SHOWN])
    told = names([one.does for one in versions])
    context = {
        "row": row,
        "says": sentence(row.does, known),
        "standing": standing(row, timezone.localdate(now), paused),
        "all_paused": paused.get(pauses.ALL),
        "own_pause": (own := paused.get(row.ref)),
        "paused_by": names_of([own.begun_by], agent_of(request))[own.begun_by] if own is not None else "",
        "figures": figures([row]).get(row.pk),
        "runs": [(one, [effect_in_words(each, known) for each in one.effects]) for one in runs],
        "versions": [(one, sentence(one.does, told)) for one in versions],
        "stages": STAGES,
    }
    return show(request, "rule", context, place="rules")


@asks("settings.manage")
@require_safe
def rule_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What a saved rule would have touched."""
    row = get_object_or_404(Rule, pk=pk)
    context = {"row": row, "says": sentence(row.does, names([row.does])), **seen(row.does, agent_of(request))}
    return show(request, "rule_preview", context, place="rules")


def seen(definition: Definition, agent: Agent) -> dict[str, Any]:
    """What it would have touched, with the words for it."""
    found, known = preview(definition, agent, at=clock.now()), names([definition])
    rows = [(one.ticket, [effect_in_words(each.as_json(), known) for each in one.effects]) for one in found.shown]
    return {"preview": found, "touched": rows}


def why(refused: Ring | Unanswered) -> str:
    """Why a rule cannot be in force."""
    if isinstance(refused, Ring):
        ring = " → ".join(_("“%(text)s”") % {"text": name} for name in refused.names)
        if refused.by_clock:
            words = _(
                "At every turn of the clock these rules would undo what the other did: %(ring)s. Change one of them."
            )
            return words % {"ring": ring}
        return _("These rules would set each other off for ever: %(ring)s. Change one of them.") % {"ring": ring}
    return _("A rule in force needs somebody active who answers for it, a purpose and a day of review.")


def _saving(request: HttpRequest, form: RuleForm, given: Lines) -> Lines | None:
    """The checked lines if all is in order and the button was the one that saves."""
    if lines.only_redraws(request.POST):
        return None
    checked = lines.checked(given)
    if not checked.actions:
        form.add_error(None, _("As it is, the rule does nothing. Add at least one action."))
    if "preview" in request.POST or not form.is_valid() or checked.errors:
        return None
    return checked


def _show_form(request: HttpRequest, form: RuleForm, given: Lines, row: Rule | None) -> HttpResponse:
    is_redrawn = request.method != "POST" or lines.only_redraws(request.POST)
    shown = given if is_redrawn else lines.checked(given)
    context: dict[str, Any] = {
        "form": form,
        "lines": shown,
        "row": row,
        "conditions": [(code, label) for code, (label, _kind) in CONDITIONS.items()],
        "actions": [(code, label) for code, (label, _kind) in ACTIONS.items()],
        "groups_of_lines": lines.GROUP_NAMES,
        "topics": lines.options_of("topic"),
        "preview": None,
        "has_errors": not is_redrawn and (bool(shown.errors) or not form.is_valid()),
    }
    if not is_redrawn and not context["has_errors"]:
        definition = form.definition(shown)
        context |= {"says": sentence(definition, names([definition])), **seen(definition, agent_of(request))}
    status = 422 if context["has_errors"] else 200
    if is_redrawn and form.is_bound:
        form.errors.clear()  # nobody has said yet that they are done
    return show(request, "rule_form", context, place="rules", status=status)
