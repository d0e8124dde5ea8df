"""Why no language model helped this time, in a sentence for whoever writes."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.flow.assist.asking import Outcome

_BUSY = _("%(name)s takes no more questions at the moment.")
_NO_KEY = _("%(name)s does not take our key.")
_ELSEWHERE = _("%(name)s wants the question sent to another address: it is carried nowhere else.")
_AWAY = _("%(name)s cannot be reached at the moment.")
_TOO_SLOW = _("%(name)s took too long.")
_OUT_OF_ORDER = _("%(name)s answered, but not as its interface has to.")
WHY: dict[str, str | Promise] = {
    "by_hand": _("This customer or concern is to be handled by people alone: nothing was asked outside."),
    "sealed": _("Something here came encrypted: nothing of it leaves the house."),
    "class": _("%(name)s may not be asked with words of this kind: nothing has left."),
    "budget": _("The budget of %(name)s for this month is used up; the responsible person is told."),
    "busy": _("%(name)s has enough to do at the moment."),
    "off": _("%(name)s was switched off."),
    "too_large": _("%(name)s answered with more than anybody reads."),
    "too_long": _("This is longer than the model of %(name)s can read at once."),
    "cut_off": _("%(name)s broke off its answer because it grew too long; half an answer is not shown."),
    "filtered": _("%(name)s held its answer back by a filter of its own."),
    "empty": _("%(name)s gave an answer without words."),
    "protocol": _OUT_OF_ORDER,
    **dict.fromkeys(("http_401", "http_403", "no_key"), _NO_KEY),
    "http_404": _("%(name)s does not know the model that was entered for it."),
    **dict.fromkeys(("http_429", "http_503"), _BUSY),
    **dict.fromkeys((f"http_{status}" for status in (301, 302, 303, 307, 308)), _ELSEWHERE),
    **dict.fromkeys(("connect_failed", "name_unknown", "broken_off", "tls_broken_off"), _AWAY),
    **dict.fromkeys(("timeout", "connect_timeout", "name_timeout", "tls_timeout"), _TOO_SLOW),
}
_WAIT = _("It asks for %(seconds)s seconds of patience.")
_UNUSABLE = _("%(name)s gave no answer that can be used (%(code)s).")
_SILENT = ("", "none", "nothing")  # nothing went wrong: there was nobody to ask, or nothing to ask about


def why(outcome: Outcome) -> str:
    """Empty where nothing hindered."""
    if outcome.why in _SILENT:
        return ""
    told = str(WHY.get(outcome.why, _UNUSABLE)) % {"name": outcome.provider, "code": outcome.why}
    if outcome.wait_s:
        return f"{told} {_WAIT % {'seconds': outcome.wait_s}}"
    return told
