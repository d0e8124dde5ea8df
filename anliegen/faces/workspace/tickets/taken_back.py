"""An answer that was taken back stands in its form again: recipients, time and files are as they were."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from anliegen.faces.ui.numbers import size
from anliegen.ground import clock
from anliegen.ground import files as store
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.content import File
from anliegen.records.tickets.models import Attachment, Message, Ticket

MOST_KEPT = 200  # files


class KeptField(forms.Field):
    """The numbers of files that an answer which was taken back had."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        given = [str(one) for one in value or ()]
        if len(given) > MOST_KEPT or not all(one.isdecimal() and len(one) < 19 for one in given):
            raise ValidationError(_gone())
        return [int(one) for one in dict.fromkeys(given)]


def files(ticket: Ticket | None, wanted: Sequence[int]) -> list[Attachment]:
    """These files, if answers of this very ticket had them and were taken back. Whoever asks may see the ticket."""
    if not wanted:
        return []
    ours = Attachment.objects.filter(message__direction="out", message__state="cancelled", message__ticket=ticket)
    found = [one for one in ours.filter(pk__in=wanted).order_by("pk") if store.exists(one.sha256)]
    if len(found) < len(wanted):
        raise ValidationError(_gone())
    return found


def again(file: Attachment) -> File:
    """The same file for another message; where it stands, the text says anew."""
    return File(filename=file.filename, content_type=file.content_type, size=file.size, sha256=file.sha256)


def named(file: Attachment) -> tuple[int, str]:
    return file.pk, f"{file.filename} · {size(file.size)}"


def rest_of(message: Message, ticket: Ticket, *, status: str) -> dict[str, Any]:
    """What the form held besides the words. Empty recipients are those it would go to anyway."""
    usual = {fold_address("email", address) for _name, address in addressees_of(ticket).to}
    to = [one["address"] for one in message.to]
    is_usual = {fold_address("email", one) for one in to} == usual
    later = message.send_at if message.send_at and message.send_at > clock.now() else None
    return {
        "to": "" if is_usual else ", ".join(to),
        "cc": ", ".join(one["address"] for one in message.cc),
        "status": message.status_after or status,
        "send_at": timezone.localtime(later).strftime("%Y-%m-%dT%H:%M") if later else "",
        "kept": [named(one) for one in message.attachments.order_by("pk")],
    }


def _gone() -> str:
    return _("A file of the answer that was taken back is not here any more. Please attach it again.")
