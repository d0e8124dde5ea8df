"""The two forms below a ticket, to the customer and to colleagues: what they start with and what they check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anliegen.faces.workspace.tickets import drafts, enclosing_words, recipients, taken_back
from anliegen.faces.workspace.tickets.attaching import NAMED, FilesField, insist_on_size, keep
from anliegen.faces.workspace.tickets.drafts import Drafted, Drafts, NumbersField
from anliegen.faces.workspace.tickets.entries import Shown
from anliegen.faces.workspace.tickets.filled import insist_on_filled
from anliegen.faces.workspace.tickets.recipients import AddressesField
from anliegen.flow.channels.email.html import written
from anliegen.ground import clock
from anliegen.records.customers.models import Person
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.content import Answer, File
from anliegen.records.tickets.models import Attachment, Draft, Message, Ticket

LATEST = timedelta(days=366)
AFTERWARDS = [
    ("waiting_customer", gettext_lazy("then wait for the customer")),
    ("open", gettext_lazy("then keep working on it")),
    ("waiting_internal", gettext_lazy("then wait for others")),
    ("resolved", gettext_lazy("then it is resolved")),
]


class Versioned(forms.Form):
    """What the writer had seen: the ticket's version and its newest event."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ReplyForm(Drafted, Versioned):
    """An answer to the customer."""

    offers: Sequence[Any] = ()  # what in it reads like a promise and was not decided upon
    owners: Sequence[tuple[str, str]] = ()

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        widget=forms.Textarea(attrs={"rows": 9}),
        required=False,
        strip=False,
        max_length=200_000,
        validators=[insist_on_filled],
    )
    html = forms.CharField(required=False, strip=False, widget=forms.HiddenInput, max_length=written.LONGEST)
    to = AddressesField(label=pgettext_lazy("recipients", "To"), required=False, max_length=2000)
    cc = AddressesField(label=gettext_lazy("Copy to"), required=False, max_length=2000)
    files = FilesField(label=gettext_lazy("Attachments"), required=False)  # type: ignore[assignment]
    people = forms.CharField(widget=forms.HiddenInput, required=False)
    kept = NumbersField(required=False)  # files of answers that were taken back
    status = forms.ChoiceField(label=gettext_lazy("Afterwards"), choices=AFTERWARDS, initial="waiting_customer")
    send_at = forms.DateTimeField(
        label=gettext_lazy("Send later"),
        required=False,
        help_text=gettext_lazy("Empty: at once. It is stopped when the customer writes first, and you are told."),
    )
    without = forms.BooleanField(required=False)  # its writer knows that nothing is attached
    assisted = forms.CharField(required=False, widget=forms.HiddenInput)  # see `assisting`

    def __init__(self, *args: Any, ticket: Ticket | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.ticket = ticket

    def clean_kept(self) -> list[Attachment]:
        found = taken_back.files(self.ticket, self.cleaned_data["kept"])
        given = self.cleaned_data
        insist_on_size([*found, *given.get("files", ()), *given.get("attached", ())])
        return found

    @property
    def kept_files(self) -> list[tuple[int, str]]:
        """The files of answers that were taken back, as (number, words)."""
        return [taken_back.named(one) for one in getattr(self, "cleaned_data", {}).get("kept", ())]

    def clean_send_at(self) -> datetime | None:
        chosen: datetime | None = self.cleaned_data["send_at"]
        if chosen is not None and chosen <= clock.now():
            raise ValidationError(_("This time has passed already."))
        if chosen is not None and chosen > clock.now() + LATEST:
            raise ValidationError(_("That is more than a year away."))
        return chosen

    @property
    def misses_file(self) -> bool:
        """Whether it speaks of an attachment, none is there, and its writer has not been told yet."""
        given = self.cleaned_data
        has_files = given["attached"] or given["files"] or given["kept"]
        return not has_files and not given["without"] and enclosing_words.speaks_of_attachment(given["text"])

    def answer(self, ticket: Ticket) -> Answer:
        """Writes the files to the store, so that they are safe before the message names them."""
        given = self.cleaned_data
        writing = drafts.writing_of({"text": given["text"], "html": given["html"]}, given["attached"])
        known = self._known(ticket) if given["to"] or given["cc"] else []
        text = writing.text.strip()
        return Answer(
            text=text,
            html=writing.html,
            to=recipients.with_names(given["to"], known),
            cc=recipients.with_names(given["cc"], known),
            files=tuple(self._files(writing.html, text)),
            send_at=given["send_at"],
        )

    def expected(self) -> list[str] | None:
        """The addresses to which the page said the answer goes; None: it did not say."""
        if "people" not in self.data:
            return None
        return [one for one in self.cleaned_data["people"].split(",") if one]

    def _files(self, html: str, text: str) -> list[File]:
        again = [taken_back.again(one) for one in self.cleaned_data["kept"]]
        new = [keep(upload) for upload in self.cleaned_data["files"]]
        drafted = [drafts.inside(one, html, text) for one in self.cleaned_data["attached"]]
        return [*(_in_the_text(one, text) for one in [*again, *new]), *drafted]

    def _known(self, ticket: Ticket) -> list[recipients.Pair]:
        """Whose names we know, for the addresses that were typed."""
        people = addressees_of(ticket)
        return [*people.to, *people.copies]


class NoteForm(Drafted):
    """Something for colleagues."""

    seen = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0
    )  # the newest event when it was drawn
    text = forms.CharField(
        label=gettext_lazy("Your note"), widget=forms.Textarea(attrs={"rows": 5}), required=False, max_length=100_000
    )
    is_side = forms.BooleanField(
        label=gettext_lazy("Private: only for me and those I name with @"),
        required=False,
    )
    # What becomes of those it names who do not see the concern: `bring` them in, or `without` them. Empty: to be asked.
    unseeing = forms.ChoiceField(choices=[("", ""), ("bring", ""), ("without", "")], required=False)


def _in_the_text(file: File, text: str) -> File:
    """A picture that the text names, such as `[Bild: zaehler.png]`, is seen there."""
    if not drafts.is_picture(file.content_type) or not drafts.names_picture(text, file.filename):
        return file
    return replace(file, is_inline=True, content_id=f"{file.sha256[:32]}@picture.anliegen")


def blank(ticket: Ticket, timeline: Shown, known: Drafts, *, chosen: Draft | None = None) -> dict[str, Any]:
    """The forms as they were left; an answer begins with how the person who gets it wants to be addressed.

    `chosen` is the draft of a colleague who asks for a look at it: then the form is theirs.
    """
    around = beside(ticket, timeline.messages)
    greeting = greeting_of(around["person"], ticket)
    draft, heard = chosen or known.own("reply"), drafts.newest_heard(timeline.messages)
    begun = {} if draft is None else drafts.initial(draft)
    if draft is None or not draft.version:  # files alone are no words yet
        begun["text"] = f"{greeting}\n\n"
    if begun.get("status") not in dict(AFTERWARDS):
        begun.pop("status", None)
    seen = {"version": ticket.version, "seen": timeline.last_event}
    return around | {
        "reply": ReplyForm(initial=begun | seen),
        "note": blank_note(known, timeline),
        "greeting": greeting,
        "draft": draft,
        "answers": heard.pk if heard else "",
        "is_behind": draft is not None and heard is not None and draft.answers_id not in (None, heard.pk),
        "news": None,
    }


def blank_note(known: Drafts, timeline: Shown) -> NoteForm:
    draft = known.own("note")
    return NoteForm(initial=(drafts.initial(draft) if draft else {}) | {"seen": timeline.last_event})


def greeting_of(person: Person, ticket: Ticket) -> str:
    """In the language the person chose; else, of the one whose concern it is, in what they wrote."""
    written_in = ticket.language if person.pk == ticket.person_id else ""
    return salutation(person, language=person.language or written_in or None)


def beside(ticket: Ticket, messages: Sequence[Message] | None = None) -> dict[str, Any]:
    """What stands around the fields: recipients, button, times to choose from."""
    around = {"times": times(timezone.localtime(clock.now())), "not_taken": NAMED}
    return recipients.shown(ticket, messages=messages) | around


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
