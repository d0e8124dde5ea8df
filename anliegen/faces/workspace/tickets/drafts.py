"""What is being written below a ticket: what its forms start with, and what ties a form to its draft on the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from anliegen.faces.workspace.tickets import attaching
from anliegen.flow.channels.email.html import written
from anliegen.flow.channels.email.html.cleaned import from_text
from anliegen.ground.compiled import compiled
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.content import File, Writing, Written
from anliegen.records.tickets.models import Draft, DraftFile, Message, Ticket

MOST_NUMBERS = 200
PERMISSION = {"reply": "ticket.reply", "forward": "ticket.reply", "note": "ticket.note"}


class NumbersField(forms.Field):
    """Keys of rows, each a hidden field of its own."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        given = [str(one) for one in value or ()]
        if len(given) > MOST_NUMBERS or not all(one.isdecimal() and len(one) < 19 for one in given):
            raise ValidationError(_("A file is not here any more. Please attach it again."))
        return [int(one) for one in dict.fromkeys(given)]


class Drafted(forms.Form):
    """A form whose content is a draft meanwhile: `draft` and its version as the page knows them, and its files."""

    draft = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    draft_version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    attached = NumbersField(required=False)

    def clean_attached(self) -> list[DraftFile]:
        wanted, draft = self.cleaned_data["attached"], self.cleaned_data.get("draft")
        found = list(DraftFile.objects.filter(pk__in=wanted, draft=draft).order_by("pk")) if wanted and draft else []
        if len(found) < len(wanted):
            raise ValidationError(_("A file is not here any more. Please attach it again."))
        return found

    @property
    def written(self) -> Written | None:
        """The draft that this form was, as its writer saw it."""
        draft = self.cleaned_data.get("draft")
        if draft is None:
            return None
        files = tuple(one.pk for one in self.cleaned_data.get("attached", ()))
        return Written(draft, self.cleaned_data.get("draft_version") or 0, files)

    @property
    def attached_files(self) -> list[tuple[int, str]]:
        """The files of the draft, as (number, words)."""
        known: Sequence[DraftFile] = self.initial.get("attached") or getattr(self, "cleaned_data", {}).get(
            "attached", ()
        )
        return [attaching.named(one.pk, one.as_file()) for one in known]


@dataclass(frozen=True)
class Drafts:
    """All that is being written below one ticket, as one agent may know of it."""

    found: Sequence[Draft]
    agent: Agent

    def own(self, kind: str) -> Draft | None:
        return next((one for one in self.found if one.kind == kind and one.agent_id == self.agent.pk), None)

    def chosen(self, pk: str | None) -> Draft | None:
        """The one that the address names, if this agent may write in it."""
        return next((one for one in self.found if str(one.pk) == pk and one.is_written_by(self.agent)), None)

    @property
    def to_review(self) -> list[Draft]:
        """What this agent is asked to look at."""
        return [one for one in self.found if one.is_asked_of(self.agent)]

    def words(self, draft: Draft) -> Markup:
        """What stands in it, to be read."""
        if draft.html:
            return Markup(written.shown(draft.html, addresses(draft.files)))  # noqa: S704 (cleaned when it was kept)
        return Markup(from_text(draft.text))  # noqa: S704 (escaped there)

    @property
    def of_others(self) -> list[Draft]:
        """Of these one may know that they are there, not what stands in them."""
        return [one for one in self.found if not one.is_written_by(self.agent) and one.kind != "note" and one.version]


def of(ticket: Ticket, agent: Agent) -> Drafts:
    """In one query, files and names along with it."""
    return Drafts(list(_at(ticket.pk)), agent)


@compiled
def _at(ticket: int) -> QuerySet[Draft]:
    return Draft.objects.with_files().filter(ticket=ticket).order_by("pk")


def initial(draft: Draft) -> dict[str, Any]:
    """What a form starts with that goes on with this draft."""
    writing = draft.writing
    return {
        "text": writing.text,
        "html": written.shown(writing.html, addresses(draft.files)),
        "to": writing.to,
        "cc": writing.cc,
        "send_at": as_typed(writing.later),
        "status": writing.status,
        "draft": draft.pk,
        "draft_version": draft.version,
        "attached": draft.files,
    }


def writing_of(given: Mapping[str, Any], files: Sequence[DraftFile]) -> Writing:
    """What stands in a form, however unfinished; of HTML only what may stand in an answer."""
    rich = written.clean(given.get("html", ""), pictures(files), word=_("Picture"))
    text = rich.text if rich.html else given.get("text", "").replace("\r\n", "\n")
    return Writing(
        text=text[:200_000],
        html=rich.html,
        to=given.get("to", "")[:2000],
        cc=given.get("cc", "")[:2000],
        later=given.get("send_at", "")[:80],
        status=given.get("status", "")[:20],
        passes_on=_numbers(given, "message"),
        encloses=_numbers(given, "enclosed"),
    )


def pictures(files: Sequence[DraftFile]) -> dict[str, str]:
    """The addresses at which the editor shows files of a draft -> their Content-ID."""
    return {_address(one.pk): one.content_id for one in files}


def addresses(files: Sequence[DraftFile]) -> dict[str, str]:
    """Content-ID -> the address at which the editor shows it."""
    return {one.content_id: _address(one.pk) for one in files}


def inside(file: DraftFile, html: str, text: str) -> File:
    """The file for a message; a picture that the words show is seen there."""
    plain = file.as_file()
    shown = file.content_id in written.content_ids(html) if html else names_picture(text, file.filename)
    if not shown or not is_picture(file.content_type):
        return plain
    return File(plain.filename, plain.content_type, plain.size, plain.sha256, file.content_id, is_inline=True)


def as_typed(later: str) -> str:
    """A moment that was kept as such, as its field has it; anything else as it stands."""
    try:
        moment = datetime.fromisoformat(later)
    except ValueError:
        return later
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment.tzinfo else later


def newest_heard(messages: Sequence[Message]) -> Message | None:
    """The newest thing the customer said: what an answer that is begun now knows of."""
    return next((one for one in reversed(messages) if one.direction == "in" and not one.automatic), None)


def _numbers(given: Mapping[str, Any], name: str) -> tuple[int, ...]:
    values = given.getlist(name) if hasattr(given, "getlist") else given.get(name, ())
    return tuple(int(one) for one in values[:MOST_NUMBERS] if str(one).isdecimal() and len(str(one)) < 19)


def _address(pk: int) -> str:
    return reverse("workspace:draft-picture", args=[pk])


def is_picture(content_type: str) -> bool:
    return content_type.lower() in ("image/png", "image/jpeg", "image/gif", "image/webp")


def names_picture(text: str, filename: str) -> bool:
    """Whether the text has a place for it, such as `[Bild: zaehler.png]`."""
    return any(f"[{word}: {filename}]" in text for word in ("Bild", "Picture"))
