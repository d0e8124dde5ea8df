"""An AI provider has used up its month: whoever answers for it hears of it by mail, with a number and a link."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.flow.assist.models import Provider
from anliegen.flow.channels import to_agents
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Agent


def told(provider: Provider) -> Agent | None:
    """Who answers for it, while they work here."""
    if not provider.responsible:
        return None
    return Agent.objects.at_work().filter(pk=pk_of(provider.responsible), is_active=True).first()


def send(provider: Provider, *, at: datetime) -> bool:
    """Mail it. False where nobody is there to be told. Raises to_agents.NotTold."""
    agent = told(provider)
    if agent is None:
        return False
    with translation.override(agent.language):
        subject = _("The budget of %(name)s is used up") % {"name": provider.name}
        link = f"{settings.ANLIEGEN_BASE_URL}{reverse('workspace:settings-provider', args=[provider.pk])}"
        text = "\n\n".join(
            [
                _("Until the end of the month nobody can ask it. Help in the editor goes on by rules."),
                _("You answer for this provider. There you can change its budget:"),
                link,
            ]
        )
        key = f"budget {provider.pk} {provider.used_up_on}"
        to_agents.tell(agent, subject=subject, text=text, key=key, at=at)
    return True
