"""A summary of the unread by mail, for whoever asked for one: numbers and a link, and no word of any customer."""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.models import KINDS, Notice
from anliegen.flow.channels import to_agents
from anliegen.records.accounts.models import Agent


def wanting() -> list[int]:
    """Who asked for one and has something unread."""
    unread = Notice.objects.unread().values("agent")
    return list(
        Agent.objects.filter(is_active=True, calm__gets_digest=True, pk__in=unread)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def send(agent: Agent, *, at: datetime) -> bool:
    """Mail the summary. False when there is nothing to tell any more. Raises to_agents.NotTold."""
    found = Notice.objects.unread().of(agent).order_by("pk").values_list("kind", flat=True)
    kinds = Counter(found)
    if not kinds:
        return False
    with translation.override(agent.language):
        count = kinds.total()
        subject = ngettext("%(count)s notice waits for you", "%(count)s notices wait for you", count)
        to_agents.tell(agent, subject=subject % {"count": count}, text=_words(kinds), key=f"digest {at.date()}", at=at)
    return True


def _words(kinds: Counter[str]) -> str:
    lines = [f"{kinds[kind]} × {word}" for kind, word in KINDS if kinds[kind]]
    link = f"{settings.ANLIEGEN_BASE_URL}{reverse('workspace:notices')}"
    last = _("You asked for this summary; in your profile you can end it.")
    return "\n\n".join([_("Unread in Anliegen:"), "\n".join(lines), link, last])
