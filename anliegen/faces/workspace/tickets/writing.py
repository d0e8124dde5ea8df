"""The two forms below a ticket, to the customer and to colleagues: what they start with and what they check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anliegen.faces.ui.numbers import size
from anliegen.ground import files
from anliegen.ground.text import safe_filename
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets.actions.reply import recipients_and_copies
from anliegen.records.tickets.content import Answer, File
from anliegen.records.tickets.models import Ticket

LARGEST_FILES = 25 * 1000 * 1000  # bytes together; more is refused by most mail servers
MOST_COPIES = 20  # named on the page
SPOKEN = ("phone", "letter", "chat")
AFTERWARDS = [
    ("waiting_customer", gettext_lazy("then wait for the customer")),
    ("open", gettext_lazy("then keep working on it")),
    ("waiting_internal", gettext_lazy("then wait for others")),
    ("resolved", gettext_lazy("then it is resolved")),
]


class Uploads(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; together not larger than mail servers take."""

    widget = Uploads

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        cleaned = [super(FilesField, self).clean(one, initial) for one in given]
        if sum(one.size or 0 for one in cleaned) > LARGEST_FILES:
            raise ValidationError(
                _("Together the files are larger than %(most)s, which many mail servers refuse.")
                % {"most": size(LARGEST_FILES)}
            )
        return cleaned


class AddressesField(forms.CharField):
    """Mail addresses, separated by commas, as (name, address)."""

    def clean(self, value: Any) -> list[tuple[str, str]]:
        text = super().clean(value)
        found = []
        for one in text.replace(";", ",").split(","):
            if not (address := one.strip()):
                continue
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(_("“%(text)s” is no e-mail address.") % {"text": address}) from None
            found.append(("", address))
        return found


class Versioned(forms.Form):
    """What the writer had seen: the ticket's version and its newest event."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ReplyForm(Versioned):
    """An answer to the customer."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        widget=forms.Textarea(attrs={"rows": 9}),
        required=False,
        strip=False,
        max_length=200_000,
    )
    cc = AddressesField(label=gettext_lazy("Copy to"), required=False, max_length=2000)
    files = FilesField(label=gettext_lazy("Attachments"), required=False)  # type: ignore[assignment]
    status = forms.ChoiceField(label=gettext_lazy("Afterwards"), choices=AFTERWARDS, initial="waiting_customer")

    def answer(self) -> Answer:
        """Writes the files to the store, so that they are safe before the message names them."""
        kept = tuple(keep(upload) for upload in self.cleaned_data["files"])
        text = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        return Answer(text=text, cc=tuple(self.cleaned_data["cc"]), files=kept)


class NoteForm(forms.Form):
    """Something for colleagues."""

    text = forms.CharField(
        label=gettext_lazy("Your note"), widget=forms.Textarea(attrs={"rows": 5}), required=False, max_length=100_000
    )


def keep(upload: UploadedFile[Any]) -> File:
    """The stored file. What it is called is made safe; what it says it is only chooses a sign."""
    content = upload.read()
    return File(
        filename=safe_filename(upload.name or ""),
        content_type=(upload.content_type or "application/octet-stream")[:127],
        size=len(content),
        sha256=files.put(content),
    )


def blank(request: HttpRequest, ticket: Ticket, seen: int) -> dict[str, Any]:
    """The empty forms: the answer begins with how the person wants to be addressed."""
    greeting = salutation(ticket.person, language=ticket.language or None)
    form = ReplyForm(initial={"text": f"{greeting}\n\n", "version": ticket.version, "seen": seen})
    return {"reply": form, "note": NoteForm(), "greeting": greeting, "news": None} | addressees(ticket)


def addressees(ticket: Ticket) -> dict[str, Any]:
    """Who gets the answer, who was in copy, and what the button says."""
    spoken = ticket.channel in SPOKEN
    to, copies = ((), []) if spoken else recipients_and_copies(ticket)
    name = to[0][0] or to[0][1] if to else str(ticket.person)
    return {
        "to": to,
        "spoken": spoken,
        "copies": copies[:MOST_COPIES] if to else [],
        "send_words": _write_down(name) if spoken else _send_words(name, len(to)),
    }


def _send_words(name: str, people: int) -> str:
    if people > 1:
        return ngettext("Send answer to %(count)s person", "Send answer to %(count)s people", people) % {
            "count": people
        }
    return _("Send answer to %(name)s") % {"name": name}


def _write_down(name: str) -> str:
    return _("Write down what was said to %(name)s") % {"name": name}
