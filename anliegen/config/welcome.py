"""What `anliegen run` says before it says that it runs: the demo's logins, or how to set up."""

from pathlib import Path

from django.conf import settings

from anliegen.flow.channels.mailroom.send import register_mail_server
from anliegen.ground import files
from anliegen.oversight.portability.demo.fill import fill
from anliegen.records.accounts.models import Operator


def prepare(*, demo: bool) -> str:
    """Fill in the demo operator if asked to and nothing is there; return what a person should read."""
    register_mail_server()
    operator = Operator.objects.first()
    if operator is None and demo:
        words = fill().in_words()
        _kept().write_text(words, encoding="utf-8")
        return words
    if operator is None:
        return 'Not set up yet: anliegen setup --organisation "NAME" --admin EMAIL'
    if demo and _kept().exists():
        return _kept().read_text(encoding="utf-8")
    return f"{operator.name}: {settings.ANLIEGEN_BASE_URL}/workspace/"


def _kept() -> Path:
    """The demo's logins, so that a later start can tell them again. Only a demo writes passwords down."""
    return files.data_path() / "demo-logins.txt"
