"""The intake ledger: every mail that came in, what became of it and why."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, alarmed, done, refused, show
from anliegen.flow.channels.email import authenticity
from anliegen.flow.channels.mailroom import aside
from anliegen.flow.channels.mailroom import intake as flow
from anliegen.flow.channels.models import RESULTS, Intake
from anliegen.flow.channels.reasons import explain, words
from anliegen.ground import clock, files
from anliegen.oversight.compliance import checks, ledger
from anliegen.oversight.compliance.pages import page
from anliegen.oversight.compliance.queries import last_check
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import Ticket

# A sign and a tone for each outcome. Only what waits for a person is marked as waiting.
SIGNS = {
    "received": ("clock", "quiet"),
    "created": ("plus", "accent"),
    "appended": ("reply", "accent"),
    "duplicate": ("copy", "quiet"),
    "automatic": ("automation", "quiet"),
    "bounce": ("undo", "quiet"),
    "quarantined": ("waiting", "waiting"),
    "rejected": ("close", "quiet"),
}


@asks("intake.read")
@require_safe
def intake(request: HttpRequest) -> HttpResponse:
    agent, result = agent_of(request), request.GET.get("result", "")
    lines = ledger.lines_for(agent)
    wanted = lines.filter(result=result) if result in SIGNS else lines
    found = page(ledger.listed(wanted), cursor=request.GET.get("cursor"))
    context = {
        "page": found,
        "rows": [(line, explain(line)) for line in found.items],
        "result": result,
        "late": False,
        "own_concerns": _own_concerns(request, found.items),
        "proofs": {line.pk: _proof(line) for line in found.items},
        "may_decide": may(agent, "intake.retry"),
        "alike": _alike(lines) if result == "quarantined" and may(agent, "intake.retry") else [],
        "most": aside.MOST_AT_ONCE,
        "differences": ledger.differences() if agent.role.sees_all_teams else [],
        "may_manage": may(agent, "settings.manage"),
        **_words(),
        **(_uncounted(agent) if ledger.is_long() else _counted(agent)),
    }
    return show(request, "intake", context, place="intake")


@asks("intake.read")
@require_safe
def intake_balance(request: HttpRequest) -> HttpResponse:
    """What takes long in a long ledger: fetched by the page after it is there."""
    result = request.GET.get("result", "")
    context = {"result": result, "late": True, **_words(), **_counted(agent_of(request))}
    return show(request, "intake_balance", context, place="intake", block="late")


@asks("intake.read")
@require_safe
def intake_line(request: HttpRequest, pk: int) -> HttpResponse:
    line = _line(request, pk)
    context = {
        "line": line,
        "reason": explain(line),
        "own_concerns": _own_concerns(request, [line]),
        "is_there": files.exists(line.sha256),
        "may_retry": may(agent_of(request), "intake.retry") and line.result in aside.RETRIED,
        "may_retry_any": may(agent_of(request), "intake.retry"),
        "may_manage": may(agent_of(request), "settings.manage"),
        "proof": _proof(line, with_basis=True),
        **_words(),
    }
    return show(request, "intake_line", context, place="intake")


@asks("intake.read")
@require_safe
def intake_raw(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as it came, byte by byte. As plain text to be saved, so that no browser ever runs what is in it."""
    line = _line(request, pk)
    try:
        raw = files.get(line.sha256)
    except (files.FileMissing, files.FileDamaged):
        said = _("The bytes of this mail are missing or damaged on the disk. Restore them from the backup.")
        return alarmed(request, said, "intake-line", pk)
    name = f"intake-{line.pk}.txt"
    return HttpResponse(
        raw,
        content_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@asks("intake.retry")
@require_POST
def retry_intake(request: HttpRequest, pk: int) -> HttpResponse:
    """What was set aside or rejected waits again, and is read at once."""
    line = flow.let_in(_line(request, pk), actor=actor_of(request), at=clock.now())
    said = _("Taken in again: %(result)s.") % {"result": dict(RESULTS)[line.result]}
    answer = refused if line.result in aside.RETRIED else done
    return answer(request, f"{said} {explain(line)}", "intake-line", pk)


@asks("intake.retry")
@require_POST
def retry_alike(request: HttpRequest) -> HttpResponse:
    """All that were set aside for the same reason wait again; a worker reads them in the next moments."""
    reason, lines = request.POST.get("reason", ""), ledger.lines_for(agent_of(request))
    count = aside.retry_all(lines, reason=reason, actor=actor_of(request), at=clock.now())
    if not count:
        return refused(request, _("Nothing is set aside for this reason any more."), "intake")
    said = ngettext("%(count)s mail waits to be read again.", "%(count)s mails wait to be read again.", count)
    return done(request, said % {"count": count}, "intake")


@asks("intake.read")
@require_POST
def check_intake(request: HttpRequest) -> HttpResponse:
    """Look for the file of every line."""
    found = checks.check_ledger(actor=actor_of(request), at=clock.now())
    if found is None:
        return done(request, _("So many files take a while. The result will stand here in a few minutes."), "intake")
    if not found.all_there:
        return alarmed(request, _what_is_bad(found), "intake")
    said = ngettext("Checked %(count)s file: it is there.", "Checked %(count)s files: all are there.", found.checked)
    return done(request, said % {"count": found.checked}, "intake")


def _what_is_bad(found: ledger.Files) -> str:
    named = ", ".join(str(pk) for pk in [*found.missing, *found.damaged])
    lines = found.bad - found.bad_attachments - found.bad_models
    said = []
    if lines:
        words = ngettext(
            "The bytes of %(bad)s mail are missing or damaged: line %(named)s.",
            "The bytes of %(bad)s mails are missing or damaged: lines %(named)s.",
            lines,
        )
        said.append(words % {"bad": lines, "named": named})
    if found.bad_models:
        words = ngettext("%(bad)s model that was learnt", "%(bad)s models that were learnt", found.bad_models)
        said.append(words % {"bad": found.bad_models})
    if found.bad_attachments:
        words = ngettext(
            "%(bad)s attachment is missing or damaged, in this concern: %(named)s.",
            "%(bad)s attachments are missing or damaged, in these concerns: %(named)s.",
            found.bad_attachments,
        )
        concerns = ", ".join(f"#{number}" for number in found.concerns)
        said.append(words % {"bad": found.bad_attachments, "named": concerns})
    return " ".join(said)


def _line(request: HttpRequest, pk: int) -> Intake:
    return get_object_or_404(ledger.listed(ledger.lines_for(agent_of(request))), pk=pk)


def _alike(lines: "QuerySet[Intake]") -> list[tuple[str, str, int]]:
    """Why mails are set aside, in codes and words, and how many each; brakes are decided on their own page."""
    found = lines.filter(result="quarantined", brake=None).order_by("reason").values_list("reason")
    return [(reason, words(reason), count) for reason, count in found.annotate(Count("pk"))]


def _proof(line: Intake, *, with_basis: bool = False) -> str:
    """What was found out about the sender; the name of the sender's domain where the message has it."""
    address = line.message.from_address if line.message else line.envelope_from
    words = authenticity.words(line.authenticity, address)
    basis = authenticity.basis(line.authenticity) if with_basis else ""
    return f"{words} ({basis})" if basis else words


def _own_concerns(request: HttpRequest, lines: list[Intake]) -> set[int]:
    """The concerns among these that the reader may open."""
    numbers = {line.ticket_id for line in lines if line.ticket_id}
    visible = Ticket.objects.visible_to(agent_of(request)).filter(pk__in=numbers)
    return set(visible.values_list("pk", flat=True))


def _counted(agent: Agent) -> dict[str, Any]:
    """The balance of the whole ledger, and how many lines of each outcome this agent sees."""
    balance = ledger.balance()
    counts = balance.outcomes if agent.role.sees_all_teams else ledger.counts(ledger.lines_for(agent))
    checked = last_check("ledger")
    return _uncounted(agent) | {
        "balance": balance,
        "outcomes": [(code, name, counts[code]) for code, name in RESULTS],
        "all": sum(counts.values()),
        "files": ledger.sample_files(),
        "checked": checked,
        "check_said": sentences([checked], agent)[checked.pk] if checked else None,
    }


def _uncounted(agent: Agent) -> dict[str, Any]:
    return {
        "balance": None,
        "outcomes": [(code, name, None) for code, name in RESULTS],
        "all": None,
        "sees_all": agent.role.sees_all_teams,
    }


def _words() -> dict[str, Any]:
    return {"signs": SIGNS, "result_names": dict(RESULTS)}
