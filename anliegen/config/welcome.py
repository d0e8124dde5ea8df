"""What `anliegen run` says before it says that it runs: the demo's logins, or how to set up."""

from django.conf import settings

from anliegen.flow.channels.email.send import register_mail_server
from anliegen.records.accounts.models import Operator


def prepare(*, demo: bool) -> str:
    """Fill in the demo operator if asked to and nothing is there; return what a person should read."""
    register_mail_server()
    operator = Operator.objects.first()
    if operator is None:
        return 'Not set up yet: anliegen setup --organisation "NAME" --admin EMAIL'
    return f"{operator.name}: {settings.ANLIEGEN_BASE_URL}/workspace/"
