"""Errors as `application/problem+json` (RFC 9457): what is wrong, and in which field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from anliegen.ground.wake import database_is_away

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
LARGEST_BODY = 4 * 1024 * 1024  # the longest text takes 2.4 MB when a program escapes each of its signs

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its status, and a title that is the same each time."""

    status: int
    title: str


KINDS = {
    "unreadable": Kind(400, "The request cannot be read"),
    "token-needed": Kind(401, "A valid token is needed"),
    "not-allowed": Kind(403, "The token does not allow this"),
    "not-found": Kind(404, "There is nothing here for this token"),
    "wrong-method": Kind(405, "This address does not take that method"),
    "no-way-to-answer": Kind(409, "The customer cannot be reached"),
    "cannot-link": Kind(409, "The tickets cannot be linked like this"),
    "joined": Kind(409, "The ticket was joined with another"),
    "length-needed": Kind(411, "The request does not say how long it is"),
    "changed-meanwhile": Kind(412, "The ticket has changed meanwhile"),
    "too-large": Kind(413, "The request is too large"),
    "invalid": Kind(422, "Something in the request is not valid"),
    "key-used-otherwise": Kind(422, "This Idempotency-Key belongs to another request"),
    "failed": Kind(500, "Something failed on our side"),
    "unavailable": Kind(503, "This instance cannot work at present"),
}
BY_STATUS = {400: "unreadable", 401: "token-needed", 403: "not-allowed", 404: "not-found", 405: "wrong-method"}


class FieldProblem(Schema):
    field: str = Field(description="Where: `requester.email`, or the name of a parameter or header.")
    problem: str = Field(description="What is wrong there.")


class Problem(Schema):
    """An error in the form of RFC 9457."""

    type: str = Field(description="A name for this kind of problem that stays the same: `urn:anliegen:problem:...`.")
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(description="The fields concerned; empty when no field is at fault.")


class Refused(Exception):
    """The request cannot be carried out, and it is not our fault."""

    def __init__(self, kind: str, detail: str, *, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.errors = kind, detail, tuple(errors)


def invalid(field: str, problem: str) -> Refused:
    """One field is not valid."""
    return Refused("invalid", f"{field}: {problem}", errors=[(field, problem)])


def answer(
    kind: str, detail: str, *, errors: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The problem as a response."""
    what = KINDS[kind]
    content: dict[str, Any] = {
        "type": f"urn:anliegen:problem:{kind}",
        "title": what.title,
        "status": what.status,
        "detail": detail,
        "errors": [{"field": field, "problem": problem} for field, problem in errors],
    }
    response = JsonResponse(content, status=what.status, content_type=CONTENT_TYPE, headers=headers)
    if what.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Anliegen"'
    if what.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def declared(*statuses: int) -> dict[int, type[Problem]]:
    """For a route's `response=`: which problems it may answer with."""
    return dict.fromkeys(statuses, Problem)


def told_by(api: NinjaAPI) -> None:
    """Make an API answer its refusals in this form."""
    api.add_exception_handler(Refused, _of_refusal)
    api.add_exception_handler(Http404, _reraised)
    api.add_exception_handler(HttpError, _of_http_error)
    api.add_exception_handler(AuthenticationError, _without_token)
    api.add_exception_handler(ValidationError, _of_validation)
    api.add_exception_handler(Exception, _reraised)


def as_problems(view: View) -> View:
    """Whatever goes wrong in or before the view is answered in this form, too."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = _answered(view, request, args, kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code < 400 or response.headers.get("Content-Type") == CONTENT_TYPE:
            return response
        kind = BY_STATUS.get(response.status_code, "failed")
        allow = {"Allow": response.headers["Allow"]} if "Allow" in response.headers else None
        return answer(kind, f"{request.method} is not possible here.", headers=allow)

    guarded.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie counts here, only the token
    return guarded


def _answered(view: View, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        return answer("length-needed", "Send a Content-Length; a body in chunks is not read.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return answer("too-large", f"At most {LARGEST_BODY} bytes.")
    try:
        return view(request, *args, **kwargs)
    except Http404:
        return answer("not-found", "Nothing has this address.")
    except RequestDataTooBig:
        return answer("too-large", f"At most {LARGEST_BODY} bytes.")
    except Exception as error:
        if database_is_away(error):
            log.warning("the database is away", error=str(error).strip().partition("\n")[0])
            return answer("unavailable", "Try again in a few seconds. Nothing was changed.")
        log.exception("request failed", path=request.path, method=request.method)
        return answer("failed", "The fault is ours and has been logged. Nothing was changed.")


def _of_refusal(request: HttpRequest, error: Refused | type[Refused]) -> HttpResponse:
    assert isinstance(error, Refused)
    return answer(error.kind, error.detail, errors=error.errors)


def _without_token(request: HttpRequest, error: AuthenticationError | type[AuthenticationError]) -> HttpResponse:
    return answer("token-needed", "Send `Authorization: Bearer TOKEN` with a token that is still valid.")


def _of_http_error(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    status = error.status_code if isinstance(error, HttpError) else 500
    return answer(BY_STATUS.get(status, "failed"), str(error))


def _of_validation(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    found = error.errors if isinstance(error, ValidationError) else []
    errors = [(_field(each["loc"]), each["msg"]) for each in found]
    return answer("invalid", "; ".join(f"{field}: {problem}" for field, problem in errors), errors=errors)


def _reraised(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Not for ninja to answer: `as_problems` does."""
    raise error


def _field(place: Sequence[str | int]) -> str:
    """("body", "content", "requester", "email") -> requester.email: without the source, and the argument's name."""
    source, *names = place
    if source == "body":
        names = names[1:]
    return ".".join(str(name) for name in names) or str(source)
