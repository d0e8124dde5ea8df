"""A proposal for the editor: a model's where one may be asked and answers, else that of the rules, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anliegen.faces.workspace.tickets.assisting import offered
from anliegen.faces.workspace.tickets.assisting.hindered import why
from anliegen.faces.workspace.tickets.assisting.material import Concern
from anliegen.flow.assist import asking
from anliegen.flow.assist.asking import Outcome
from anliegen.flow.assist.budget import Asked
from anliegen.flow.assist.offering import mended
from anliegen.flow.assist.offering.blanked import core
from anliegen.flow.assist.offering.changed import changed
from anliegen.flow.assist.offering.drafted import drafted
from anliegen.flow.assist.prompts import Material, Said
from anliegen.flow.assist.wording import Remark
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import ref
from anliegen.ground.language import language_of
from anliegen.records.tickets.models import Message

MOST_GIVEN = 2  # text blocks that a model gets


@dataclass(frozen=True)
class Proposal:
    """What could stand in the editor. `call` is the line of the ledger where a model wrote it, else None."""

    deed: str
    text: str = ""
    changes: Sequence[Remark] = ()
    call: int | None = None
    model: str = ""
    provider: str = ""
    why: str = ""  # what hindered the model, in a sentence
    is_rules: bool = True


def propose(deed: str, concern: Concern, *, actor: Actor, at: datetime) -> Proposal:
    """Nothing is kept or sent by it. Never inside a transaction: it may ask outside."""
    blocks = [one.text for one in offered.blocks(concern)[:MOST_GIVEN]] if deed == "draft" else []
    outcome = _asked(deed, concern, blocks, actor, at)
    if outcome.text:
        return _of_model(deed, concern, outcome)
    by_rules = BY_RULES[deed](concern)
    return Proposal(deed, by_rules.text, by_rules.changes, why=why(outcome))


def _asked(deed: str, concern: Concern, blocks: Sequence[str], actor: Actor, at: datetime) -> Outcome:
    """Whether anything may leave is looked at only where there is somebody to ask."""
    if asking.provider_for(deed) is None:
        return Outcome(why="none")
    if concern.is_sealed:
        return Outcome(why="sealed")
    asked = Asked(deed, ref(concern.ticket), actor)
    # A summary is for whoever reads it here, everything else for the customer.
    material = concern.material(blocks, language=concern.agent.language if deed == "summary" else "")
    return asking.ask(asked, material, concern.known(), allowed=concern.may_leave, at=at)


def translated(message: Message, into: str, concern: Concern, *, actor: Actor, at: datetime) -> Outcome:
    """What a message of this concern says in the reader's language, by a model; rules cannot. Keeps nothing."""
    if concern.is_sealed:
        return Outcome(why="sealed")
    said = Said("customer" if message.direction == "in" else "own", message.said)
    asked = Asked("understand", ref(concern.ticket), actor)
    return asking.ask(asked, Material((said,), "", into), concern.known(), allowed=concern.may_leave, at=at)


def _of_model(deed: str, concern: Concern, outcome: Outcome) -> Proposal:
    text = outcome.text
    if deed == "draft":
        text = f"{concern.here.greeting}\n\n{text}\n"
    changes = changed(concern.text, text) if deed in ("shorter", "friendlier") else ()
    return Proposal(deed, text, changes, outcome.call, outcome.model, outcome.provider, is_rules=False)


@dataclass(frozen=True)
class _ByRules:
    text: str = ""
    changes: Sequence[Remark] = ()


def _draft(concern: Concern) -> _ByRules:
    """The text block that fits best; where none does, the answer to a concern that is nearly the same."""
    base = next((core(one.text) or one.text for one in offered.blocks(concern)), "")
    base = base or next((one.text for one in offered.similar(concern) if one.is_nearly_the_same), "")
    return _ByRules(
        drafted(
            greeting=concern.here.greeting,
            wants=concern.wants,
            questions=concern.questions,
            base=base,
            language=concern.here.language,
        )
    )


def _shorter(concern: Concern) -> _ByRules:
    return _ByRules(changes=mended.shorter(concern.text, language=_language(concern)))


def _friendlier(concern: Concern) -> _ByRules:
    return _ByRules(changes=mended.friendlier(concern.text, language=_language(concern)))


def _summary(concern: Concern) -> _ByRules:
    found = concern.summary
    lines = dict.fromkeys(line.text for line in (*found.wants, *found.answers, *found.open))
    return _ByRules("\n".join(f"– {line}" for line in lines))


def _translate(concern: Concern) -> _ByRules:
    """Rules cannot."""
    return _ByRules()


BY_RULES: dict[str, Callable[[Concern], _ByRules]] = {
    "draft": _draft,
    "shorter": _shorter,
    "friendlier": _friendlier,
    "summary": _summary,
    "translate": _translate,
}


def _language(concern: Concern) -> str:
    return language_of(concern.text) or concern.ticket.language or "de"
