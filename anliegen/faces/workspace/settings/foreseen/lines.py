"""An effect in sentences, and the parts of a page that show it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anliegen.faces.workspace.settings.frame import show

MOST_NAMED = 5


@dataclass(frozen=True)
class Line:
    """One sentence. `waiting`: somebody should look at it first; `broken`: it will not be done."""

    words: str
    tone: str = "info"


Effect = Sequence[Line] | None  # None: nothing was changed yet


def wants_preview(request: HttpRequest) -> bool:
    """Whether the effect is asked for, and nothing is to be saved."""
    return request.method == "POST" and "preview" in request.POST


def shown(
    request: HttpRequest, template: str, form: BaseForm, find: Callable[[], Effect], *, place: str, **context: Any
) -> HttpResponse:
    """The page with the effect of what is being entered, or for htmx only the effect. Saves nothing."""
    effect = find() if form.is_valid() else _to_put_right(form)
    if request.headers.get("HX-Request") == "true":
        return show(request, "foreseen", {"effect": effect}, place=place, block="effect")
    return show(request, template, context | {"form": form, "effect": effect}, place=place)


def _to_put_right(form: BaseForm) -> list[Line]:
    """Which entries keep the effect from being said: a number out of bounds is complete, and wrong all the same."""
    fields = [str(form[name].label) for name in form.errors if name in form.fields]
    lines = [Line(str(error), "waiting") for error in form.non_field_errors()]
    if fields:
        lines.insert(0, Line(_("Please put right first: %(names)s.") % {"names": named(fields)}, "waiting"))
    return lines


def or_nothing(lines: list[Line]) -> list[Line]:
    """Says so when nothing would change."""
    return lines or [Line(_("Nothing changes for anybody."))]


def named(names: Iterable[str]) -> str:
    """The first few in quotation marks, and how many more there are."""
    known = list(dict.fromkeys(names))
    shown = ", ".join(pgettext("quotation", "“%(name)s”") % {"name": name} for name in known[:MOST_NAMED])
    more = len(known) - MOST_NAMED
    return _("%(names)s and %(count)s more") % {"names": shown, "count": more} if more > 0 else shown
