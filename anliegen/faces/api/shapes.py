"""The shapes that programs send and get. A shape grows by adding, never by changing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from ninja import Field, Schema
from pydantic import BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema

from anliegen.faces.api.patterns import SPACES
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Person
from anliegen.records.tickets.models import Lack, Message, Note, Ticket

Status = Literal["new", "open", "waiting_customer", "waiting_internal", "resolved", "closed"]
# In an address an empty value is none: `?status=&team=` asks for all.
StatusOrAll = Literal["", "new", "open", "waiting_customer", "waiting_internal", "resolved", "closed"]
Channel = Literal["email", "form", "chat", "phone", "letter", "api"]
DueFor = Literal["", "first", "next", "resolution", "deadline", "place"]


def cleaned(value: Any) -> Any:
    """A text without NUL: the database keeps none, and nobody means one."""
    return value.replace("\x00", "") if isinstance(value, str) else value


# Both stand after the constraints, so that the description shows these.
_cleaned = BeforeValidator(cleaned)
# To JSON 3.0 is as whole a number as 3.
_whole = BeforeValidator(lambda value: int(value) if isinstance(value, float) and value.is_integer() else value)
_VISIBLE = rf"[^{SPACES}\x00-\x08\x0e-\x1b\x7f]"
_MAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63})+$"

Text = Annotated[str, StringConstraints(min_length=1, max_length=200_000, pattern=_VISIBLE), _cleaned]
Line = Annotated[str, StringConstraints(max_length=400), _cleaned]
Name = Annotated[str, StringConstraints(max_length=200), _cleaned]
Mail = Annotated[str, StringConstraints(max_length=254, pattern=_MAIL)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=254), _cleaned]
Key = Annotated[int, Field(ge=1, le=2**63 - 1), _whole]
Tag = Annotated[str, StringConstraints(max_length=60), _cleaned]
Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Sent(Schema):
    """What a program sends: exact types, and nothing that we would silently ignore."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Requester(Sent):
    name: Name = ""
    email: Mail
    language: Literal["", "de", "en"] = Field("", description="In which language we write to them; empty: unknown.")


class NewTicket(Sent):
    subject: Line
    text: Text
    requester: Requester
    channel: Channel = Field("api", description="How it reached you.")
    mailbox: Mail | None = Field(
        None, description="The address of ours that it is meant for; it decides brand and team as for a mail."
    )


class NewMessage(Sent):
    text: Text
    kind: Literal["reply", "note"] = Field(description="`reply` goes to the customer, `note` stays with colleagues.")


def _left_out(**more: Any) -> Any:
    """A field that may be missing, which is not the same as null."""
    return Field(None, json_schema_extra=_without_default, **more)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class TicketChange(Sent):
    """What is not named stays as it is."""

    status: Status = _left_out()
    team: Key | Reference | None = _left_out(description="Number or short name; null: no team.")
    assignee: Key | Reference | None = _left_out(description="Number or e-mail address of an agent; null: nobody.")
    priority: Annotated[int, Field(ge=1, le=4), _whole] = _left_out(description="1 low, 2 normal, 3 high, 4 urgent.")
    topic: Annotated[str, StringConstraints(max_length=80), _cleaned] = _left_out()
    tags: Annotated[list[Tag], Field(max_length=50)] = _left_out(description="All tags, not those to add.")


class TeamShape(Schema):
    id: int
    slug: str
    name: str

    @classmethod
    def of(cls, team: Team | None) -> Self | None:
        return cls(id=team.pk, slug=team.slug, name=team.name) if team else None


class AgentShape(Schema):
    id: int
    name: str
    email: str

    @classmethod
    def of(cls, agent: Agent | None) -> Self | None:
        return cls(id=agent.pk, name=agent.name, email=agent.email) if agent else None


class PersonShape(Schema):
    id: int
    name: str = Field(description="Empty without `customer.read`.")
    email: str | None = Field(description="Null without `customer.read`.")

    @classmethod
    def of(cls, person: Person) -> Self:
        """Expects the addresses to be prefetched in a list."""
        if person.is_hidden:
            return cls(id=person.pk, name="", email=None)
        mails = sorted((each.pk, each.value) for each in person.addresses.all() if each.kind == "email")
        return cls(id=person.pk, name=person.name, email=mails[0][1] if mails else None)


class TicketShape(Schema):
    number: int
    subject: str
    status: Status
    priority: int = Field(description="1 low, 2 normal, 3 high, 4 urgent.")
    channel: Channel
    topic: str
    tags: list[str]
    language: str
    brand: str
    team: TeamShape | None
    assignee: AgentShape | None
    requester: PersonShape
    created_at: Moment
    updated_at: Moment
    last_message_at: Moment
    waiting_since: Moment | None = Field(description="Since when the customer waits for us; null: it is their turn.")
    due_at: Moment | None = Field(description="The earliest target or legal deadline that is still open.")
    due_for: DueFor = Field(description="What is due then. `deadline`: a legal one; `place`: a look, it has no place.")
    lacks: list[Lack] = Field(description="What keeps it from its place. `team`: neither a team nor a person has it.")
    first_answered_at: Moment | None
    resolved_at: Moment | None
    closed_at: Moment | None
    etag: str = Field(description="For `If-Match`.")

    @classmethod
    def of(cls, ticket: Ticket, **more: Any) -> Self:
        return cls(
            **{name: getattr(ticket, name) for name in _COPIED},
            brand=ticket.brand.slug,
            team=TeamShape.of(ticket.team),
            assignee=AgentShape.of(ticket.assignee),
            requester=PersonShape.of(ticket.person),
            **more,
        )


_COPIED = (
    *("number", "subject", "status", "priority", "channel", "topic", "tags", "language", "etag", "lacks"),
    *("created_at", "updated_at", "last_message_at", "waiting_since", "due_at", "due_for"),
    *("first_answered_at", "resolved_at", "closed_at"),
)


class AttachmentShape(Schema):
    id: int
    filename: str
    content_type: str
    size: int = Field(description="Bytes.")
    sha256: str


class AuthorShape(Schema):
    kind: Literal["person", "agent", "rule"]
    id: str = Field(description="`person:77`, `agent:4`, `rule:acknowledge`.")
    name: str = Field(description="Of a customer, empty without `customer.read`.")


class MessageShape(Schema):
    id: str = Field(description="`message:12` or `note:3`, as in the journal.")
    kind: Literal["received", "reply", "note"]
    author: AuthorShape
    text: str
    reply_text: str = Field(description="Only what was written now, without what was quoted.")
    html: str | None = Field(description="Cleaned of everything active; null when there is none.")
    state: str | None = Field(description="Of the delivery; null for a note.")
    automatic: bool
    created_at: Moment
    attachments: list[AttachmentShape]

    @classmethod
    def of_message(cls, message: Message, *, by_number: bool) -> Self:
        return cls(
            id=f"message:{message.pk}",
            kind="received" if message.direction == "in" else "reply",
            author=_author(message, by_number),
            text=message.text,
            reply_text=message.said,
            html=message.html or None,
            state=message.state,
            automatic=bool(message.automatic or message.rule),
            created_at=message.created_at,
            attachments=[AttachmentShape.from_orm(file) for file in message.attachments.all()],
        )

    @classmethod
    def of_note(cls, note: Note) -> Self:
        name = note.agent.name if note.agent else ""
        return cls(
            id=f"note:{note.pk}",
            kind="note",
            author=AuthorShape(kind="agent", id=f"agent:{note.agent_id}", name=name),
            text=note.text,
            reply_text=note.text,
            html=None,
            state=None,
            automatic=False,
            created_at=note.created_at,
            attachments=[],
        )


def _author(message: Message, by_number: bool) -> AuthorShape:
    if message.direction == "in":
        return AuthorShape(kind="person", id=f"person:{message.person_id}", name="" if by_number else message.from_name)
    if message.agent is not None:
        return AuthorShape(kind="agent", id=f"agent:{message.agent_id}", name=message.agent.name)
    return AuthorShape(kind="rule", id=f"rule:{message.rule}", name=message.rule)


class TicketWithMessages(TicketShape):
    messages: list[MessageShape] = Field(description="Messages and notes, oldest first.")
    earlier_messages: int = Field(description="How many older ones are left out of a very long ticket.")


class TicketPage(Schema):
    items: list[TicketShape]
    next: str | None = Field(description="`cursor` of the next page; null: this is the last one.")

    @classmethod
    def of(cls, tickets: Iterable[Ticket], next: str | None) -> Self:
        return cls(items=[TicketShape.of(ticket) for ticket in tickets], next=next)


class Opened(Schema):
    """A new ticket."""

    number: int
    status: Status
    created_at: Moment
    url: str = Field(description="Of the ticket in this API.")


class Said(Schema):
    """A new reply or note."""

    id: str = Field(description="`message:12` or `note:3`, as in the journal.")
    kind: Literal["reply", "note"]
    state: str | None = Field(description="`queued`: it goes out when it can no longer be undone; null for a note.")
    created_at: Moment


class EventShape(Schema):
    position: int
    at: Moment
    verb: str
    subject: str = Field(description="`ticket:812`")
    actor: str = Field(description="`agent:4`, `person:77`, `rule:mailbox`, `model:...`, `system`")
    because: int | None = Field(description="Position of the event that caused this one.")
    data: dict[str, Any] = Field(description="Ids and codes; which, the verb declares.")
    hash: str = Field(description="SHA-256 over this event and the hash before it, in hex.")


class EventPage(Schema):
    items: list[EventShape]
    next: int | None = Field(description="`after` of the next page; null: nothing more has happened yet.")
    head: int = Field(description="The newest position of the journal.")


class Piece(Schema):
    text: str
    match: bool = Field(description="Whether the search found this piece.")


class FoundShape(Schema):
    ticket: TicketShape
    passage: list[Piece] = Field(description="The place in the text, in pieces.")


class FoundPage(Schema):
    items: list[FoundShape]
    next: str | None = Field(description="`cursor` of the next page; null: this is the last one.")
