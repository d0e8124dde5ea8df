"""A decision's reason in words a person can follow."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.flow.automation.choices import SIGNALS, choice_in_words
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.routed import by_routing, nobody_free
from anliegen.flow.automation.rules.models import RuleVersion
from anliegen.flow.automation.rules.queries import names
from anliegen.flow.automation.rules.sentences import sentence
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


URGENT = {
    "gas": gettext_lazy("smell of gas"),
    "fire": gettext_lazy("fire or smoke"),
    "water": gettext_lazy("burst pipe or water where it must not be"),
    "no-power": gettext_lazy("no electricity"),
    "no-heating": gettext_lazy("no heating in the cold season"),
    "life-support": gettext_lazy("a device that somebody's life depends on"),
    "cut-off": gettext_lazy("supply cut off, or about to be"),
    "cut-off-soon": gettext_lazy("supply about to be cut off within days"),
    "threat-of-harm": gettext_lazy("threat of harm"),
    "deadline-near": gettext_lazy("a deadline that ends within days"),
    "deadline": gettext_lazy("a deadline that ends soon"),
    "says-so": gettext_lazy("the message calls itself urgent"),
}


def _urgent(evidence: dict[str, Any]) -> str:
    reasons = [str(URGENT[code]) for code in evidence["reasons"] if code in URGENT]
    words = ", ".join(_("“%(word)s”") % {"word": word} for word in evidence["words"])
    return _("It cannot wait because of: %(reasons)s. Read from: %(words)s.") % {
        "reasons": ", ".join(reasons) or "-", "words": words,
    }  # fmt: skip


def _escalated(evidence: dict[str, Any]) -> str:
    return _("It goes up because of: %(triggers)s.") % {"triggers": ", ".join(triggers_in_words(evidence["triggers"]))}


def _asked(evidence: dict[str, Any]) -> str:
    if evidence["case"] == "lead":
        return _("The lead of the team is asked in such a case.")
    if evidence["case"] == "no-team":
        return _("No team has it yet, so who answers for it is asked in such a case.")
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


def _by_topic_words(evidence: dict[str, Any]) -> str:
    words = ", ".join(_("“%(word)s”") % {"word": word} for word, _share in evidence["words"])
    return _("These words speak for it most: %(words)s.") % {"words": words}


def _by_branch(evidence: dict[str, Any]) -> str:
    topics = ", ".join(choice_in_words(choice) for choice in evidence["under"])
    return _("It is surely one of what lies under it, and not sure which: %(topics)s.") % {"topics": topics}


def _later(evidence: dict[str, Any]) -> str:
    return _("The new message sounds like: %(topic)s.") % {"topic": choice_in_words(f"topic:{evidence['topic']}")}


def _no_words(evidence: dict[str, Any]) -> str:
    return _("Its words speak for no category, so a person decides.")


def _nothing_like_it(evidence: dict[str, Any]) -> str:
    return _("Nothing like it has come before, so a person decides.")


def _nothing_said(evidence: dict[str, Any]) -> str:
    return _("It has no words that could be read, so a person decides.")


def _language_of_text(evidence: dict[str, Any]) -> str:
    return _("The words of the message are in this language.")


def _topic_gone(evidence: dict[str, Any]) -> str:
    return _("Its words speak for a topic that is no longer in use, so a person decides.")


def _several(evidence: dict[str, Any]) -> str:
    topics = ", ".join(choice_in_words(choice) for choice in evidence["topics"])
    return _("It speaks of several things, so a person decides: %(topics)s.") % {"topics": topics}


def _by_topic(evidence: dict[str, Any]) -> str:
    return _("Concerns about %(topic)s belong to this team.") % {"topic": choice_in_words(f"topic:{evidence['topic']}")}


def _urgency_of_topic(evidence: dict[str, Any]) -> str:
    return _("Concerns about %(topic)s are usually as urgent as that.") % {
        "topic": choice_in_words(f"topic:{evidence['topic']}")
    }


def _by_rule(evidence: dict[str, Any]) -> str:
    """As the rule read when it decided."""
    version = RuleVersion.objects.filter(rule=evidence["rule"], number=evidence["version"]).first()
    if version is None:
        return _("A rule said so that is not here any more.")
    says = sentence(version.does, names([version.does]))
    return _("The rule “%(name)s” says: %(says)s") % {"name": version.content["name"], "says": says}


_WORDS = {
    "rule": _by_rule,
    "topic-words": _by_topic_words,
    "topic-branch": _by_branch,
    "later-message": _later,
    "mailbox": _by_mailbox,
    "no-mailbox": _no_mailbox,
    "mailbox-without-team": _mailbox_without_team,
    "words": _by_words,
    "no-words": _no_words,
    "nothing-like-it": _nothing_like_it,
    "nothing-said": _nothing_said,
    "language-of-text": _language_of_text,
    "several": _several,
    "topic-gone": _topic_gone,
    "team-of-topic": _by_topic,
    "urgency-of-topic": _urgency_of_topic,
    "urgency": _urgent,
    "escalated": _escalated,
    "asked": _asked,
    "routed": by_routing,
    "nobody-free": nobody_free,
}
