"""A decision's reason in words a person can follow."""

from typing import Any

from django.utils.translation import gettext as _

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


_WORDS = {"mailbox": _by_mailbox, "no-mailbox": _no_mailbox, "mailbox-without-team": _mailbox_without_team}
