"""Tripped brakes: what was held back, and the decision about it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.brakes import told
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, show
from anliegen.flow.channels import brakes as flow
from anliegen.flow.channels.models import Brake, Intake
from anliegen.flow.channels.reasons import explain
from anliegen.ground import clock
from anliegen.oversight.compliance.pages import page


@asks("intake.retry")
@require_safe
def brakes(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    found = page(Brake.objects.select_related("kept_by", "released_by"), cursor=request.GET.get("cursor"))
    context = {"page": found, "rows": told(found.items, agent_of(request))}
    return show(request, "brakes", context, place="intake")


@asks("intake.retry")
@require_safe
def brake(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Brake.objects.select_related("kept_by", "released_by"), pk=pk)
    lines = Intake.objects.filter(brake=row).select_related("mailbox")
    found = page(lines, cursor=request.GET.get("cursor"))
    context: dict[str, Any] = {
        "brake": row,
        "told": told([row], agent_of(request))[0],
        "waiting": flow.held_lines(row).count(),
        "page": found,
        "rows": [(line, explain(line)) for line in found.items],
    }
    return show(request, "brake", context, place="intake")


@asks("intake.retry")
@require_POST
def release_brake(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Brake, pk=pk)
    flow.release(row, by=agent_of(request), actor=actor_of(request), at=clock.now())
    return done(request, _("The brake is released. What was held back comes in within a minute."), "intake-brake", pk)


@asks("intake.retry")
@require_POST
def keep_brake(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Brake, pk=pk)
    flow.keep(row, by=agent_of(request), actor=actor_of(request), at=clock.now())
    return done(request, _("The brake stays pulled, until somebody releases it."), "intake-brake", pk)
