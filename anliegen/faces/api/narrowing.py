"""By what programs narrow a list of tickets."""

from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import StringConstraints

from anliegen.faces.api.patterns import SPACES
from anliegen.records.tickets.view_filters import Filter

_SPAN = "[0-9]{1,4}[hd]"
_WORD = rf"^$|^[^{SPACES}\x00][^\x00]*$"
_Priority = Literal["", "1", "2", "3", "4"]
_Coded = Annotated[str, StringConstraints(max_length=80, pattern=_WORD)]


class TicketFilter(Schema):
    """By what a list is narrowed. An empty value is none; of several in one field one is enough, of tags all count."""

    topic: list[_Coded] = Field(default_factory=list)
    tag: list[_Coded] = Field(default_factory=list)
    channel: list[Literal["", "email", "form", "chat", "phone", "letter", "api"]] = Field(default_factory=list)
    priority: list[_Priority] = Field(default_factory=list)
    language: list[Annotated[str, StringConstraints(pattern=r"^$|^[a-z]{2,3}$")]] = Field(default_factory=list)
    person: int | None = Field(None, ge=1, le=10**18 - 1)
    organisation: int | None = Field(None, ge=1, le=10**18 - 1)
    waits: str = Field(
        "", pattern=f"^$|^any$|^{_SPAN}$", description="The customer waits: `any`, or longer than `24h`."
    )
    created: str = Field("", pattern=f"^$|^{_SPAN}$", description="Opened longer ago than `30d`.")
    promise: str = Field(
        "", pattern=f"^$|^any$|^overdue$|^{_SPAN}$", description="An open promise: `any`, `overdue`, or within `24h`."
    )
    due: str = Field("", pattern=f"^$|^any$|^overdue$|^{_SPAN}$", description="A deadline, as `promise`.")
    snoozed: Literal["", "yes"] = Field("", description="Put aside until some time.")
    unplaced: Literal["", "yes"] = Field("", description="It lacks a topic, or neither a team nor a person has it.")

    def filter(self) -> Filter:
        """The same as the lists of the workspace know it."""
        given = self.model_dump()
        return Filter.read({name: _texts(value) for name, value in given.items() if value})


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
