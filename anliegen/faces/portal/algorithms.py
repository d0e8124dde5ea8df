"""How we use automation: the register of algorithms for everybody, as a page, as a PDF and for programs."""

import json
from pathlib import Path
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.faces.portal import errors
from anliegen.faces.portal.measured_fairness import fairness_now
from anliegen.faces.portal.visit import Visit, public
from anliegen.faces.ui import pdf
from anliegen.faces.ui.dates import exact, exact_day
from anliegen.oversight.compliance import register

TEMPLATE = Path(__file__).parent / "algorithms.typ"
REACHES = {
    "reversible": gettext_lazy("can be taken back at any time, so it may take effect by itself"),
    "delayed": gettext_lazy("takes effect after a time in which people can stop it"),
    "irreversible": gettext_lazy("cannot be taken back, so a person always confirms it"),
}
MADE: dict[str, tuple[str, bytes]] = {}  # by language, the newest PDF and what it was made from


@public("everybody may read how automation is used")
def show(visit: Visit) -> HttpResponseBase:
    entries = [(one, facts(one, counted)) for one, counted in _in_order(visit)]
    return visit.render("portal/algorithms.html", {"entries": entries, "has_pdf": pdf.is_there()})


@public("everybody may read how automation is used")
def as_json(visit: Visit) -> HttpResponseBase:
    whole = register.as_json(
        register.algorithms(at=visit.at, fairness=fairness_now()), at=visit.at, operator=visit.operator.name
    )
    content = json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    return HttpResponse(content, content_type="application/json; charset=utf-8")


@public("everybody may read how automation is used")
def as_pdf(visit: Visit) -> HttpResponseBase:
    """Made anew only when something changed: the page is open to everybody, and making it costs."""
    if not pdf.is_there():
        return errors.closed_link(visit.request)
    sheet = _sheet(visit)
    print_of = json.dumps({**sheet, "made": "", "day": ""}, ensure_ascii=False)
    kept = MADE.get(visit.language)
    if kept is None or kept[0] != print_of:
        kept = MADE[visit.language] = (print_of, pdf.made(TEMPLATE, sheet))
    response = HttpResponse(kept[1], content_type="application/pdf")
    name = _("how-we-use-automation")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def _sheet(visit: Visit) -> dict[str, Any]:
    return {
        "title": _("How we use automation"),
        "lang": visit.language,
        "operator": visit.operator.name,
        "made": _("As of %(when)s") % {"when": exact(visit.at, zone=timezone.get_current_timezone())},
        "day": visit.at.date().isoformat(),
        "lead": _("Everything that acts by itself here, for what, with which data, and who answers for it."),
        "entries": [
            {"name": one.name, "purpose": one.purpose, "facts": facts(one, counted)}
            for one, counted in _in_order(visit)
        ],
        "page": _("Page"),
        "of": _("of"),
    }


def _in_order(visit: Visit) -> list[tuple[register.Algorithm, register.Figures | None]]:
    """What decides something comes first, as in the contents above."""
    return sorted(register.algorithms(at=visit.at, fairness=fairness_now()), key=lambda pair: not pair[0].reach)


def facts(one: register.Algorithm, counted: register.Figures | None) -> list[tuple[str, str]]:
    """What is said of an entry, as (label, words), in the order of the page."""
    state = _("paused") if one.is_paused else _("in use") if one.is_on else _("switched off")
    said = [
        (_("What it decides"), one.decides or _("nothing: it follows a fixed course")),
        (_("Data used"), ", ".join(one.data)),
        (_("Effect"), str(REACHES[one.reach]) if one.reach else ""),
        (_("Where people step in"), one.oversight),
        (_("Answers for it"), ", ".join(one.responsible) or _("nobody has been named yet")),
        (_("Figures of the last %(days)d days") % {"days": register.SPAN.days}, figures_in_words(counted)),
        (_("Fairness"), one.fairness),
        (_("Use"), state),
        (_("Version"), one.version),
        (_("Last reviewed"), exact_day(one.reviewed_on) if one.reviewed_on else ""),
    ]
    return [(label, words) for label, words in said if words]


def figures_in_words(counted: register.Figures | None) -> str:
    """How many, with their shares; of few nothing but that they are few."""
    if counted is None:
        return ""
    if not counted.is_told:
        return _("fewer than %(least)d decisions, so they are not counted out") % {"least": register.LEAST}
    parts = [
        (_("in force %(number)d (%(share)d%%)"), counted.applied),
        (_("confirmed by people in so many words %(number)d (%(share)d%%)"), counted.confirmed),
        (_("seen by people and left as it was %(number)d (%(share)d%%)"), counted.unopposed),
        (_("changed by people %(number)d (%(share)d%%)"), counted.corrected),
        (_("contested %(number)d (%(share)d%%)"), counted.contested),
    ]
    told = [words % {"number": number, "share": counted.share(number)} for words, number in parts]
    return ", ".join([_("%(number)d decisions") % {"number": counted.decided}, *told])
