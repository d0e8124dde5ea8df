"""A decision's reason in words a person can follow."""

from typing import Any

from django.utils.translation import gettext as _

from anliegen.flow.automation.models import Decision
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


def _by_rule(evidence: dict[str, Any]) -> str:
    """As the rule read when it decided."""
    version = RuleVersion.objects.filter(rule=evidence["rule"], number=evidence["version"]).first()
    if version is None:
        return _("A rule said so that is not here any more.")
    says = sentence(version.does, names([version.does]))
    return _("The rule “%(name)s” says: %(says)s") % {"name": version.content["name"], "says": says}


_WORDS = {
    "rule": _by_rule,
    "mailbox": _by_mailbox,
    "no-mailbox": _no_mailbox,
    "mailbox-without-team": _mailbox_without_team,
}
