"""The next concern: given to whoever asks for it, with the reason in a sentence."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anliegen.faces.ui.dates import duration
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of
from anliegen.ground import clock
from anliegen.records.tickets import actions

GIVEN = "given"  # in the session: [number, when] of what was given, the newest last
KEPT_S = 30 * 60
MOST_GIVEN = 20
MOST_REASONS = 3
# Each ends the sentence "This is next because ...".
REASONS: dict[str, str | Promise] = {
    "promised": gettext_lazy("a promise falls due here"),
    "due": gettext_lazy("an answer is due soon"),
    "legal": gettext_lazy("the law sets a deadline here"),
    "starving": gettext_lazy("nobody is to wait as long as that"),
    "pressing": gettext_lazy("this person must not wait much longer"),
    "lighter": gettext_lazy("something lighter is right after the last one"),
    "mine": gettext_lazy("it lies with you"),
    "known": gettext_lazy("you know each other already"),
    "skill": gettext_lazy("you are good at this"),
    "urgent": gettext_lazy("it is urgent"),
    "waiting": gettext_lazy("nobody else waits longer"),
}


@asks("ticket.reply")
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """To the concern whose turn it is; to the list when nobody waits."""
    now = clock.now()
    given = [(number, at) for number, at in request.session.get(GIVEN, []) if now.timestamp() - at < KEPT_S]
    turn = actions.draw(agent_of(request), seen=[number for number, _at in given], at=now)
    if turn is None:
        messages.success(request, _("Nobody is waiting whom you could answer now. Have a good breath."))
        return redirect("workspace:inbox")
    others = [one for one in given if one[0] != turn.number]
    request.session[GIVEN] = [*others, (turn.number, now.timestamp())][-MOST_GIVEN:]
    query = urlencode({"view": "mine", "why": ",".join(turn.reasons[:MOST_REASONS])})
    return redirect(f"{reverse('workspace:ticket', args=[turn.number])}?{query}")


@asks("ticket.reply")
@require_POST
def breathe(request: HttpRequest) -> HttpResponse:
    """The agent asks for something lighter next."""
    actions.take_a_breath(agent_of(request), at=clock.now())
    messages.success(request, _("You get something lighter next. Nobody else is told."))
    return redirect("workspace:inbox")


def why(codes: str, waits: timedelta | None) -> str:
    """The sentence that says why this one is next; empty when nobody asks. Codes come from the address."""
    known = [REASONS[code] for code in codes.split(",")[:MOST_REASONS] if code in REASONS and code != "waiting"]
    parts = [str(one) for one in known]
    if waits is not None and len(parts) < MOST_REASONS:
        parts.append(_("the person has been waiting for %(time)s") % {"time": duration(waits, dative=True)})
    if not codes or not parts:
        return ""
    return _("This is next because %(reasons)s.") % {"reasons": _listed(parts)}


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
