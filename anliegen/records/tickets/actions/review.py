"""Two pairs of eyes: a colleague looks at an answer before it leaves. Who wrote and who approved stays known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.drafts import UNASKED, DraftGone
from anliegen.records.tickets.models import Draft


class NotToOneself(Exception):
    """Nobody approves their own words."""


class NotAsked(Exception):
    """It waits for nobody's approval, or for somebody else's."""


def share(draft: Draft, *, to: Agent | Team, remark: str = "", actor: Actor, at: datetime) -> Draft:
    """Ask a colleague or a team to look at it. Until they have, its writer does not send it.

    Raises NotToOneself, DraftGone.
    """
    with unit():
        row = _locked(draft)
        if isinstance(to, Agent) and to.pk == row.agent_id:
            raise NotToOneself
        asked = {
            "reviewer": to if isinstance(to, Agent) else None,
            "reviewer_team": to if isinstance(to, Team) else None,
        }
        _save(row, UNASKED | asked | {"review": "asked", "remark": remark[:2000], "asked_at": at})
        record(verbs.DRAFT_SHARED, row.ticket, actor=actor, at=at, draft=ref(row), to=ref(to))
    return row


def withdraw(draft: Draft, *, actor: Actor, at: datetime) -> Draft:
    """It needs nobody's approval any more. Does nothing when nobody was asked. Raises DraftGone."""
    with unit():
        row = _locked(draft)
        if row.review:
            _save(row, UNASKED)
            record(verbs.DRAFT_WITHDRAWN, row.ticket, actor=actor, at=at, draft=ref(row))
    return row


def approve(draft: Draft, *, version: int, files: Sequence[int] | None = None, actor: Actor, at: datetime) -> Draft:
    """It may leave as it is: its writer sends it. `files` are the keys of those that were seen to go along.

    Raises NotAsked, also when words or files are not those that were read.
    """
    actor.insist_on_a_person()
    with unit():
        if files is not None and set(files) != set(_locked(draft).attached.values_list("pk", flat=True)):
            raise NotAsked
        return _decide(draft, "approved", "", version, actor, at)


def send_back(draft: Draft, *, remark: str, version: int, actor: Actor, at: datetime) -> Draft:
    """Its writer is to change something; the remark says what. Raises NotAsked."""
    return _decide(draft, "returned", remark, version, actor, at)


def _decide(draft: Draft, how: str, remark: str, version: int, actor: Actor, at: datetime) -> Draft:
    with unit():
        row = _locked(draft)
        if row.review != "asked" or row.version != version or row.agent_id == actor.pk:
            raise NotAsked
        decided = {"review": how, "remark": remark[:2000], "reviewed_by_id": actor.pk, "reviewed_at": at}
        _save(row, decided)
        verb = verbs.DRAFT_APPROVED if how == "approved" else verbs.DRAFT_RETURNED
        author = f"agent:{row.agent_id}"
        record(verb, row.ticket, actor=actor, at=at, draft=ref(row), author=author)
    return row


def _locked(draft: Draft) -> Draft:
    row = Draft.objects.select_for_update(of=("self",)).select_related("ticket").filter(pk=draft.pk).first()
    if row is None:
        raise DraftGone
    return row


def _save(row: Draft, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
