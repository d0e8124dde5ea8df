"""A message as one sheet of the timeline: who said it to whom, in which state it is, and what stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from anliegen.faces.workspace.rows import CHANNEL_SIGNS
from anliegen.faces.workspace.tickets import enclosures, letters, marks
from anliegen.faces.workspace.tickets.recipients import crowd
from anliegen.faces.workspace.tickets.senders import Proof, proof_of
from anliegen.faces.workspace.tickets.signs import STATE_LOOKS
from anliegen.faces.workspace.tickets.sources import Source
from anliegen.faces.workspace.tickets.splitting import proposes_split
from anliegen.faces.workspace.tickets.troubles import Delay, Trouble, delay_of, trouble_of
from anliegen.flow.channels.models import Delivery
from anliegen.records.tickets.enclosed import Enclosed
from anliegen.records.tickets.models import CHANNELS, MESSAGE_STATES, Attachment, Message, Ticket
from anliegen.records.tickets.together import Mark

_CHANNELS, _STATES = dict(CHANNELS), dict(MESSAGE_STATES)


@dataclass(frozen=True)
class Letter:
    """A message, ready to be shown."""

    message: Message
    author: str
    is_by_number: bool
    badge: str | None  # the kind of `ui.actor`; a customer has none
    said: letters.Folded
    rest: Markup | None
    files: Sequence[Attachment]
    undo_until: datetime | None
    source: int | None  # the line of the ledger with the raw mail
    ways: Sequence[str]  # by which mailboxes it came, when it came by several
    is_perhaps_new: bool  # likely a concern of its own
    enclosed: Enclosed
    trouble: Trouble | None
    delay: Delay | None
    marks: Sequence[Mark] = ()

    @property
    def checked_by(self) -> str | None:
        """Who answers for the words of a machine: the colleague who looked at them, else whoever sent them."""
        if self.badge != "reviewed":
            return None
        return self.looked_at_by or (self.message.agent.name if self.message.agent else None)

    @property
    def looked_at_by(self) -> str:
        """The colleague who approved it."""
        return self.message.reviewed_by.name if self.message.reviewed_by else ""

    @property
    def proof(self) -> Proof | None:
        return proof_of(self.message)

    @property
    def via(self) -> tuple[str | Promise, str]:
        return _CHANNELS[self.message.channel], CHANNEL_SIGNS[self.message.channel]

    @property
    def state(self) -> tuple[str | Promise, str, str] | None:
        """(word, sign, tone); what came in needs none."""
        if self.message.direction == "in":
            return None
        if self.leaves_at is not None and self.message.state == "queued":
            return _("leaves later"), "clock", "quiet"
        if self.delay is not None:
            return _("still being tried"), "waiting", "waiting"
        return (_STATES[self.message.state], *STATE_LOOKS[self.message.state])

    @property
    def to(self) -> str | None:
        """One line of recipients; none where the reader sees customers by number only."""
        if self.is_by_number:
            return None
        if self.message.direction == "in":
            return self._came_from
        people, copies = self._crowd("to"), self._crowd("cc")
        if not people:
            return None
        line = escape(_("to %(people)s, copy to %(copies)s") if copies else _("to %(people)s"))
        return line % {"people": people, "copies": copies}

    @property
    def _came_from(self) -> str | None:
        line = escape(self.message.from_address)
        if copies := self._crowd("cc"):
            line = escape(_("%(address)s, copy to %(copies)s")) % {"address": line, "copies": copies}
        if asked := self.message.reply_to:
            line = escape(_("%(line)s, asks for answers to %(address)s")) % {"line": line, "address": asked}
        return line or None

    def _crowd(self, which: str) -> str:
        people = getattr(self.message, which)
        return crowd([_person(one) for one in people], f"{which}{self.message.pk}")

    @property
    def is_wordless(self) -> bool:
        """Whether there is no text, and nothing that says why."""
        return not self.message.said.strip() and not self.is_closed

    @property
    def pictures(self) -> list[Attachment]:
        return [file for file in self.files if self._is_shown(file)]

    @property
    def documents(self) -> list[Attachment]:
        files = [file for file in self.files if not self._is_shown(file)]
        return [file for file in files if not enclosures.is_plumbing(file)]

    def _is_shown(self, file: Attachment) -> bool:
        """What stands inside a mail from outside is seen there; what we put into ours is seen below it."""
        is_seen_inside = file.is_inline and (self.message.direction == "in" or bool(self.message.html))
        return letters.is_picture(file) and not is_seen_inside

    @property
    def leaves_at(self) -> datetime | None:
        """The chosen time, while it is still to come or can be chosen anew."""
        waits = self.message.state in ("queued", "stopped") and self.message.leaving_at is None
        return self.message.send_at if waits else None

    @property
    def leaves_at_field(self) -> str:
        """The chosen time as the browser's own field wants it."""
        return timezone.localtime(self.leaves_at).strftime("%Y-%m-%dT%H:%M") if self.leaves_at else ""

    @property
    def mails(self) -> list[Attachment]:
        return enclosures.mails(self.files)

    @property
    def remarks(self) -> list[enclosures.Remark]:
        return enclosures.remarks(self.enclosed.seal)

    @property
    def is_closed(self) -> bool:
        return enclosures.is_closed(self.enclosed.seal)

    @property
    def card(self) -> enclosures.Card | None:
        return enclosures.Card(self.enclosed.appointment) if self.enclosed.appointment else None

    @property
    def has_look(self) -> bool:
        return self.message.direction == "in" and letters.has_look(self.message)

    @property
    def has_remote_pictures(self) -> bool:
        return letters.has_remote_pictures(self.message)


def sheet(
    message: Message,
    ticket: Ticket,
    undo: timedelta,
    sources: Mapping[int, Source],
    pause: timedelta | None,
    delivery: Delivery | None,
    highlights: Sequence[Mark] = (),
) -> Letter:
    """The message with all that stands beside it."""
    files = list(message.attachments.all())
    source = sources.get(message.pk)
    return Letter(
        message=message,
        author=_author(message, ticket),
        is_by_number=ticket.person.is_hidden,
        badge=_badge(message),
        said=marks.on(letters.said(message, files), message.said, highlights, _("Marked by {names}")),
        rest=letters.left_out(message),
        files=files,
        undo_until=_undo_until(message, undo),
        source=source.line if source else None,
        ways=source.ways if source and len(source.ways) > 1 else (),
        is_perhaps_new=proposes_split(message, ticket, pause),
        enclosed=Enclosed.from_json(message.enclosed),
        trouble=trouble_of(message, delivery),
        delay=delay_of(message, delivery),
        marks=highlights,
    )


def _badge(message: Message) -> str | None:
    """What a machine drafted and a person sent says both."""
    if message.model:
        return "reviewed"
    return {"agent": "person", "rule": "rule"}.get(message.author_kind)


def _undo_until(message: Message, undo: timedelta) -> datetime | None:
    """The last moment to take it back; what waits for a chosen time says so in its own words."""
    if message.state != "queued" or not message.agent_id or message.send_at is not None:
        return None
    return message.created_at + undo


def _author(message: Message, ticket: Ticket) -> str:
    if ticket.person.is_hidden and message.direction == "in":
        return str(message.person.by_number()) if message.person else _("unknown")
    if message.is_feigned:
        return message.from_address or _("unknown")  # not the name: it is what was feigned
    if message.direction == "in":
        return str(message.person) if message.person else message.from_name or message.from_address
    return message.agent.name if message.agent else ticket.brand.name


def _person(one: Mapping[str, str]) -> str:
    return one["name"] or one["address"]
