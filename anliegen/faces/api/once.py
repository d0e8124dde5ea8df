"""A request that comes twice takes effect once: its answer is kept under the key that the program gave it."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.responses import Status

from anliegen.faces.api.models import KeptAnswer
from anliegen.faces.api.problems import Refused
from anliegen.records.accounts.models import ApiToken

Answer = dict[str, Any]


def once(
    request: HttpRequest, key: str | None, work: Callable[[], Answer], *, token: ApiToken, at: datetime
) -> tuple[Answer, bool]:
    """What `work` answers, and whether that was an earlier time. `work` and its key share one transaction.

    Two requests with the same key at the same moment wait for each other. What was refused keeps no key, so that a
    corrected request may use it. Raises Refused when the key belongs to another request.
    """
    if key is None:
        with transaction.atomic():
            return work(), False
    content = _fingerprint(request)
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(token=token, key=key, request=content, created_at=at)
            kept.answer = work()
            kept.save(update_fields=["answer"])
    except IntegrityError:
        earlier = KeptAnswer.objects.filter(token=token, key=key).first()
        if earlier is None:
            raise
        if earlier.request != content:
            raise Refused(
                "key-used-otherwise", "Use a new key for a new request.", errors=[("Idempotency-Key", "is taken")]
            ) from None
        return earlier.answer, True
    return kept.answer, False


def made(response: HttpResponse, answer: Schema, again: bool) -> Status[Any]:
    """201, and a word in the headers when it was made an earlier time."""
    if again:
        response.headers["Idempotent-Replayed"] = "true"
    return Status(201, answer)


def _fingerprint(request: HttpRequest) -> str:
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
