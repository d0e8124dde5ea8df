"""Pages about one concern: opened by the signed link, without a login."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from anliegen.faces.portal import errors
from anliegen.faces.portal.visit import Visit, serve
from anliegen.faces.ui.permissions import open_to_customers
from anliegen.ground import clock
from anliegen.records.tickets.links import Reader, reader_of
from anliegen.records.tickets.models import Ticket

P = ParamSpec("P")


@dataclass(frozen=True)
class Proof:
    """A ticket whose link was given. `reader` says which: see `links`."""

    ticket: Ticket
    reader: Reader
    token: str

    @property
    def is_owner(self) -> bool:
        return self.reader == "owner"

    @property
    def is_preview(self) -> bool:
        """Whether one of our own people looks at what the owner sees. They can do nothing here."""
        return self.reader == "preview"

    @property
    def sees_all(self) -> bool:
        return self.is_owner or self.is_preview

    @property
    def address(self) -> dict[str, Any]:
        """The arguments of every route about this concern."""
        return {"number": self.ticket.pk, "token": self.token}


Page = Callable[Concatenate[Visit, Proof, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]  # (request, number, token, ...): Django passes what the route names


def proven(*, by: tuple[Reader, ...] = ("owner",), methods: tuple[str, ...] = ("GET",)) -> Callable[[Page[P]], View]:
    """A page for whoever has the signed link, in the language of the person unless another one is asked for.

    A number that does not exist, a forged proof, an old link and a link of the wrong kind get the same answer.
    """

    def declare(view: Page[P]) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(
            request: HttpRequest, /, number: int, token: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            proof = _proof(number, token)

            def show(visit: Visit) -> HttpResponseBase:
                if proof is None or proof.reader not in by:
                    return errors.closed_link(request)
                return view(visit, proof, *args, **kwargs)

            return _private(serve(request, methods, show, wish=_language(proof)))

        return open_to_customers("the signed link is the proof")(answer)

    return declare


def _proof(number: int, token: str) -> Proof | None:
    ticket = (
        Ticket.objects.select_related("person", "team__calendar", "brand", "mailbox__team", "assignee", "responsible")
        .filter(pk=number)
        .first()
        if number < 2**63
        else None
    )
    reader = reader_of(ticket, token, at=clock.now()) if ticket is not None else None
    return Proof(ticket, reader, token) if ticket is not None and reader is not None else None


def _language(proof: Proof | None) -> str:
    """What the person chose, else what they wrote in."""
    if proof is None:
        return ""
    return proof.ticket.person.language or proof.ticket.language


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Kept by no cache and no search engine; the address, which is the proof, is told to no other website."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
