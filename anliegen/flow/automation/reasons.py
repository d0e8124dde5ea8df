"""A decision's reason in words a person can follow."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from anliegen.flow.automation.choices import SIGNALS, choice_in_words
from anliegen.flow.automation.models import Decision
from anliegen.records.accounts.models import Mailbox


def explain(decision: Decision) -> str:
    """Why it was decided so, in the reader's language."""
    return _WORDS[decision.reason](decision.evidence)


def _by_mailbox(evidence: dict[str, Any]) -> str:
    address = Mailbox.objects.filter(pk=evidence["mailbox"]).values_list("address", flat=True).first()
    return _("The message came to %(address)s, and this mailbox belongs to the team.") % {"address": address or "?"}


def _no_mailbox(evidence: dict[str, Any]) -> str:
    return _("The message came to no mailbox we know, so a person decides.")


def _mailbox_without_team(evidence: dict[str, Any]) -> str:
    return _("The mailbox has no team, so a person decides.")


def _by_words(evidence: dict[str, Any]) -> str:
    return _("The words of the message speak of it: %(signal)s.") % {"signal": SIGNALS[evidence["signal"]]}


def _escalated(evidence: dict[str, Any]) -> str:
    return _("It goes up because of: %(triggers)s.") % {"triggers": ", ".join(triggers_in_words(evidence["triggers"]))}


def _asked(evidence: dict[str, Any]) -> str:
    if evidence["case"] == "lead":
        return _("The lead of the team is asked in such a case.")
    return _("The operator named who is asked in this case: %(case)s.") % {"case": choice_in_words(evidence["case"])}


def triggers_in_words(codes: Iterable[str]) -> list[str]:
    """What raised the level, each as a person says it."""
    words = {
        "time": _("the waiting time or a broken promise"),
        "value": _("the amount at stake"),
        "emotion": _("the distress in the message"),
        "vulnerability": _("a difficult situation"),
        "repeat": _("it came again"),
        "request": _("the wish of the customer"),
    }
    return [words[code] for code in codes if code in words]


_WORDS = {
    "mailbox": _by_mailbox,
    "no-mailbox": _no_mailbox,
    "mailbox-without-team": _mailbox_without_team,
    "words": _by_words,
    "escalated": _escalated,
    "asked": _asked,
}
