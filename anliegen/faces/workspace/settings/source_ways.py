"""The ways that mail can be fetched, each with its form."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from anliegen.faces.workspace.settings.grant_forms import GoogleForm, GrantForm, MicrosoftForm
from anliegen.faces.workspace.settings.source_forms import FolderForm, ImapForm, PopForm, SourceForm
from anliegen.flow.channels.models import Grant, Source
from anliegen.records.accounts.models import Mailbox

WAYS: dict[str, tuple[str | Promise, type[SourceForm]]] = {
    "imap": (gettext_lazy("IMAP"), ImapForm),
    "microsoft": (gettext_lazy("Microsoft 365"), MicrosoftForm),
    "google": (gettext_lazy("Google"), GoogleForm),
    "other": (gettext_lazy("IMAP with OAuth2"), GrantForm),
    "pop3": (gettext_lazy("POP3"), PopForm),
    "folder": (gettext_lazy("Folder of this machine"), FolderForm),
}


def way_of(source: Source) -> str:
    """Which of the ways this source takes."""
    grant = Grant.objects.filter(source=source).first()
    if grant is not None:
        return grant.provider
    return source.kind if source.kind in WAYS else "folder"


def first_values(mailbox: Mailbox, way: str) -> dict[str, Any]:
    """What a new form begins with."""
    return {"username": mailbox.address, "is_active": True} if way != "folder" else {"is_active": True}
