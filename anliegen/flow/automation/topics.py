"""What a message is about, as a proposal: from the answer of the model that speaks. Pure."""

from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.effects import choice_of
from anliegen.flow.automation.learning.model import Answer

FEWEST_SIGNS = 3  # a message with fewer letters says nothing that could be read


def propose(answer: Answer, text: str, *, model: str, responsible_id: int | None) -> Proposal:
    """What the model says, with the words that decided, the runner-up, and its version; or that it fits none, because
    no category claims the words or because nothing like it has come before (the two questions of decision 0027)."""
    evidence = {
        "words": [[word, round(share, 3)] for word, share in answer.words],
        "model": model,
        "evidence": round(answer.evidence, 2),
        "likeness": round(answer.likeness, 2),
    }
    others = ((choice_of("topic", answer.runner_up), round(answer.runner_up_confidence, 4)),)
    if sum(sign.isalpha() for sign in text) < FEWEST_SIGNS:
        return Proposal("", 0.0, "nothing-said", responsible_id, {"model": model})
    if answer.is_unknown:
        first = (choice_of("topic", answer.label), round(answer.confidence, 4))
        reason = "no-words" if answer.evidence <= answer.likeness else "nothing-like-it"
        return Proposal("", 0.0, reason, responsible_id, evidence, (first,))
    return Proposal(
        choice_of("topic", answer.label), round(answer.confidence, 4), "topic-words", responsible_id, evidence, others
    )


def several(passages: list[tuple[str, Proposal]], *, sure: float) -> list[str]:
    """The topics of a message that speaks of more than one; empty for one alone. Each passage counts that is read with
    at least this confidence. Pure."""
    found = dict.fromkeys(said.choice for _text, said in passages if said.choice and said.confidence >= sure)
    return [*found] if len(found) > 1 else []
