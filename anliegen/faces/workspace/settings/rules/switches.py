"""Putting a rule in force, stopping it or all of them at once, and going back to an earlier version."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.frame import actor_of, done, refused
from anliegen.faces.workspace.settings.rules.pages import why
from anliegen.flow.automation import pauses
from anliegen.flow.automation.rules import actions
from anliegen.flow.automation.rules.actions import Ring, Unanswered
from anliegen.flow.automation.rules.models import Rule, RuleVersion
from anliegen.flow.automation.rules.vocabulary import STAGES
from anliegen.ground import clock


@asks("settings.manage")
@require_POST
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Off, shadow mode, or in force for a share."""
    row = get_object_or_404(Rule, pk=pk)
    wanted, share = request.POST.get("stage", ""), request.POST.get("share", "")
    is_number = share.isascii() and share.isdecimal() and len(share) < 4 and 1 <= int(share) <= 100
    if wanted not in dict(STAGES) or not is_number:
        return refused(request, _("Please choose a share from 1 to 100 per cent."), "rule", pk)
    try:
        row = actions.set_stage(row, wanted, int(share), actor=actor_of(request), at=clock.now())
    except (Ring, Unanswered) as error:
        return refused(request, why(error), "rule", pk)
    words = _("The rule %(name)s is now: %(stage)s.")
    return done(request, words % {"name": row.name, "stage": row.get_stage_display()}, "rule", pk)


@asks("settings.manage")
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop this one, or let it go on."""
    row = get_object_or_404(Rule, pk=pk)
    if "again" in request.POST:
        pauses.resume(row.ref, actor=actor_of(request), at=clock.now())
        return done(request, _("The rule %(name)s goes on.") % {"name": row.name}, "rule", pk)
    pauses.pause(row.ref, actor=actor_of(request), at=clock.now())
    return done(request, _("The rule %(name)s is paused.") % {"name": row.name}, "rule", pk)


@asks("settings.manage")
@require_POST
def pause_all(request: HttpRequest) -> HttpResponse:
    """Stop all that is automatic, or let it go on."""
    if "again" in request.POST:
        pauses.resume(pauses.ALL, actor=actor_of(request), at=clock.now())
        return done(request, _("The automation goes on."), "rules")
    pauses.pause(pauses.ALL, actor=actor_of(request), at=clock.now())
    return done(request, _("All automation is paused."), "rules")


@asks("settings.manage")
@require_POST
def roll_back(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """As it was in that version."""
    version = get_object_or_404(RuleVersion.objects.select_related("rule"), rule=pk, number=number)
    try:
        row = actions.roll_back(version.rule, number, actor=actor_of(request), at=clock.now())
    except (Ring, Unanswered) as error:
        return refused(request, why(error), "rule", pk)
    words = _("Version %(number)s of the rule %(name)s holds again.")
    return done(request, words % {"number": number, "name": row.name}, "rule", pk)
