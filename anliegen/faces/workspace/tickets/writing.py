"""The two forms below a ticket, to the customer and to colleagues: what they start with and what they check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anliegen.faces.ui.numbers import size
from anliegen.faces.workspace.tickets import recipients, taken_back
from anliegen.faces.workspace.tickets.entries import Shown
from anliegen.faces.workspace.tickets.letters import PICTURES
from anliegen.faces.workspace.tickets.recipients import AddressesField
from anliegen.faces.workspace.tickets.taken_back import KeptField
from anliegen.flow.channels.email.letter import PICTURE_WORDS
from anliegen.ground import clock, files
from anliegen.ground.text import safe_filename
from anliegen.records.customers.models import Person
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.content import Answer, File
from anliegen.records.tickets.models import Attachment, Message, Ticket

LARGEST_FILES = 25 * 1000 * 1000  # bytes together; more is refused by most mail servers
LATEST = timedelta(days=366)
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
        _insist_on_size(cleaned)
        return cleaned


def _insist_on_size(together: Sequence[UploadedFile[Any] | Attachment]) -> None:
    if sum(one.size or 0 for one in together) > LARGEST_FILES:
        raise ValidationError(
            _("Together the files are larger than %(most)s, which many mail servers refuse.")
            % {"most": size(LARGEST_FILES)}
        )


class Versioned(forms.Form):
    """What the writer had seen: the ticket's version and its newest event."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ReplyForm(Versioned):
    """An answer to the customer."""

    offers: Sequence[Any] = ()  # what in it reads like a promise and was not decided upon
    owners: Sequence[tuple[str, str]] = ()

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        widget=forms.Textarea(attrs={"rows": 9}),
        required=False,
        strip=False,
        max_length=200_000,
    )
    to = AddressesField(label=pgettext_lazy("recipients", "To"), required=False, max_length=2000)
    cc = AddressesField(label=gettext_lazy("Copy to"), required=False, max_length=2000)
    files = FilesField(label=gettext_lazy("Attachments"), required=False)  # type: ignore[assignment]
    people = forms.CharField(widget=forms.HiddenInput, required=False)
    kept = KeptField(label=gettext_lazy("Attachments"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Afterwards"), choices=AFTERWARDS, initial="waiting_customer")
    send_at = forms.DateTimeField(
        label=gettext_lazy("Send later"),
        required=False,
        help_text=gettext_lazy("Empty: at once. It is stopped when the customer writes first, and you are told."),
    )

    def __init__(self, *args: Any, ticket: Ticket | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.ticket = ticket

    def clean_kept(self) -> list[Attachment]:
        found = taken_back.files(self.ticket, self.cleaned_data["kept"])
        _insist_on_size([*found, *self.cleaned_data.get("files", ())])
        return found

    @property
    def kept_files(self) -> list[tuple[int, str]]:
        """The files that are here already, as (number, words)."""
        return [taken_back.named(one) for one in getattr(self, "cleaned_data", {}).get("kept", ())]

    def clean_send_at(self) -> datetime | None:
        chosen: datetime | None = self.cleaned_data["send_at"]
        if chosen is not None and chosen <= clock.now():
            raise ValidationError(_("This time has passed already."))
        if chosen is not None and chosen > clock.now() + LATEST:
            raise ValidationError(_("That is more than a year away."))
        return chosen

    def answer(self, ticket: Ticket) -> Answer:
        """Writes the files to the store, so that they are safe before the message names them."""
        text = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        known = self._known(ticket) if self.cleaned_data["to"] or self.cleaned_data["cc"] else []
        return Answer(
            text=text,
            to=recipients.with_names(self.cleaned_data["to"], known),
            cc=recipients.with_names(self.cleaned_data["cc"], known),
            files=tuple(_in_the_text(file, text) for file in self._files()),
            send_at=self.cleaned_data["send_at"],
        )

    def expected(self) -> list[str] | None:
        """The addresses to which the page said the answer goes; None: it did not say."""
        if "people" not in self.data:
            return None
        return [one for one in self.cleaned_data["people"].split(",") if one]

    def _files(self) -> list[File]:
        again = [taken_back.again(one) for one in self.cleaned_data["kept"]]
        return [*again, *(keep(upload) for upload in self.cleaned_data["files"])]

    def _known(self, ticket: Ticket) -> list[recipients.Pair]:
        """Whose names we know, for the addresses that were typed."""
        people = addressees_of(ticket)
        return [*people.to, *people.copies]


class NoteForm(forms.Form):
    """Something for colleagues."""

    text = forms.CharField(
        label=gettext_lazy("Your note"), widget=forms.Textarea(attrs={"rows": 5}), required=False, max_length=100_000
    )
    is_side = forms.BooleanField(
        label=gettext_lazy("Private: only for me and those I name with @"),
        required=False,
    )
    # What becomes of those it names who do not see the concern: `bring` them in, or `without` them. Empty: to be asked.
    unseeing = forms.ChoiceField(choices=[("", ""), ("bring", ""), ("without", "")], required=False)


def keep(upload: UploadedFile[Any]) -> File:
    """The stored file. What it is called is made safe; what it says it is only chooses a sign."""
    content = upload.read()
    return File(
        filename=safe_filename(upload.name or ""),
        content_type=(upload.content_type or "application/octet-stream")[:127],
        size=len(content),
        sha256=files.put(content),
    )


def _in_the_text(file: File, text: str) -> File:
    """A picture that the text names, such as `[Bild: zaehler.png]`, is seen there."""
    if file.content_type.lower() not in PICTURES or not any(f"[{w}: {file.filename}]" in text for w in PICTURE_WORDS):
        return file
    return replace(file, is_inline=True, content_id=f"{file.sha256[:32]}@picture.anliegen")


def blank(ticket: Ticket, timeline: Shown) -> dict[str, Any]:
    """The empty forms: the answer begins with how the person who gets it wants to be addressed."""
    around = beside(ticket, timeline.messages)
    greeting = salutation(around["person"], language=_language(around["person"], ticket))
    form = ReplyForm(initial={"text": f"{greeting}\n\n", "version": ticket.version, "seen": timeline.last_event})
    return {"reply": form, "note": NoteForm(), "greeting": greeting, "news": None} | around


def _language(person: Person, ticket: Ticket) -> str | None:
    """What the person chose; else, of the one whose concern it is, what they wrote in."""
    return person.language or (ticket.language if person.pk == ticket.person_id else "") or None


def beside(ticket: Ticket, messages: Sequence[Message] | None = None) -> dict[str, Any]:
    """What stands around the fields: recipients, button, times to choose from."""
    return recipients.shown(ticket, messages=messages) | {"times": times(timezone.localtime(clock.now()))}


def times(now: datetime) -> list[tuple[str, str]]:
    """Times at which people read their mail, as (words, value of the field)."""
    evening = now.replace(hour=17, minute=0)
    morning = (now + timedelta(days=1)).replace(hour=8, minute=0)
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=8, minute=0)
    found = [(_("today at 5 pm"), evening)] if now < evening - timedelta(minutes=30) else []
    found.append((_("tomorrow at 8 am"), morning))
    if monday > morning:
        found.append((_("Monday at 8 am"), monday))
    return [(words, at.strftime("%Y-%m-%dT%H:%M")) for words, at in found]
