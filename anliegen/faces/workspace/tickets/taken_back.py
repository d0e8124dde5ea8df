"""Files of answers that were taken back: they go out again without being sent up anew."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anliegen.faces.ui.numbers import size
from anliegen.ground import files as store
from anliegen.records.tickets.content import File
from anliegen.records.tickets.models import Attachment, Ticket


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


def _gone() -> str:
    return _("A file of the answer that was taken back is not here any more. Please attach it again.")
