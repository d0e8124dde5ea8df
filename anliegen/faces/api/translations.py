"""`/tickets/{number}/messages/{message}/translations`: what a message says in other languages."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Router, Schema
from pydantic import StringConstraints

from anliegen.faces.api.once import made, once
from anliegen.faces.api.problems import Refused, declared, invalid
from anliegen.faces.api.rights import agent_of, insist, reads, token_of, writes
from anliegen.faces.api.shapes import AuthorShape, Moment, Text
from anliegen.faces.api.tickets import IdempotencyKey, Number, visible
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Translation
from anliegen.records.tickets.paragraphs import paragraphs

MessageKey = Annotated[int, Path(ge=1, le=2**63 - 1, description="12 of `message:12`.")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
ModelName = Annotated[str, StringConstraints(max_length=60, pattern=r"^[\w.@:/-]*$")]

router = Router(tags=["tickets"])


class TranslationShape(Schema):
    id: str = Field(description="`translation:5`, as in the journal.")
    language: str = Field(description="Into which, by ISO 639: `de`.")
    version: int = Field(description="1 for the first one; a corrected one is the next.")
    is_newest: bool
    text: str = Field(description="Paragraphs in the order of the original's, an empty line between them.")
    kind: str = Field(description="`person` or `model`: by what it was translated.")
    author: AuthorShape | None = Field(description="The agent; null where a model translated it.")
    model: str | None = Field(description="The model; null where a person translated it.")
    made_at: Moment

    @classmethod
    def of(cls, one: Translation) -> "TranslationShape":
        return cls(
            id=f"translation:{one.pk}",
            language=one.language,
            version=one.version,
            is_newest=one.is_newest,
            text=one.text,
            kind=one.kind,
            author=AuthorShape(kind="agent", id=f"agent:{one.agent_id}", name=one.agent.name) if one.agent else None,
            model=one.model or None,
            made_at=one.made_at,
        )


class NewTranslation(Schema):
    language: Language = Field(description="Into which, by ISO 639: `de`.")
    text: Text = Field(description="Paragraphs in the order of the original's, an empty line between them.")
    model: ModelName = Field("", description="The model that translated it. Empty: a person did, the token's agent.")


class Translated(Schema):
    """A kept translation."""

    id: str = Field(description="`translation:5`, as in the journal.")
    version: int


@router.get(
    "/tickets/{int:number}/messages/{int:message}/translations",
    auth=reads("ticket.read"),
    response={200: list[TranslationShape], **declared(401, 403, 404, 422, 503)},
    summary="Read the translations of a message",
    operation_id="read_translations",
)
def read_translations(request: HttpRequest, number: Number, message: MessageKey) -> Any:
    """All versions, by language, the newest of each first."""
    found = _message(agent_of(request), number, message)
    rows = found.translations.select_related("agent").order_by("language", "-version")
    return [TranslationShape.of(one) for one in rows]


@router.post(
    "/tickets/{int:number}/messages/{int:message}/translations",
    auth=writes("ticket.note"),
    response={201: Translated, **declared(400, 401, 403, 404, 411, 413, 422, 503)},
    summary="Translate a message",
    operation_id="translate",
)
def translate(
    request: HttpRequest,
    response: HttpResponse,
    number: Number,
    message: MessageKey,
    content: NewTranslation,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Keep a translation, or a corrected version of one. The message stays as it is; nothing is sent."""
    agent = agent_of(request)
    found = _message(agent, number, message)
    insist(agent, "ticket.note", found.ticket)
    answer, again = once(
        request, idempotency_key, lambda: _kept(found, content, agent), token=token_of(request), at=clock.now()
    )
    return made(response, Translated(**answer), again)


def _kept(message: Message, content: NewTranslation, agent: Agent) -> dict[str, Any]:
    try:
        made = actions.translate(
            message,
            paragraphs(content.text),
            language=content.language,
            model=content.model,
            actor=Actor.agent(agent.pk),
            at=clock.now(),
        )
    except actions.NothingSaid:
        raise invalid("text", "says nothing") from None
    return {"id": f"translation:{made.pk}", "version": made.version}


def _message(agent: Agent, number: int, message: int) -> Message:
    """Of this ticket, if it is this agent's to see. Raises Refused."""
    found = Message.objects.filter(ticket=visible(agent, number), pk=message).select_related("ticket").first()
    if found is None:
        raise Refused("not-found", f"Ticket {number} has no message {message}.")
    return found
