"""What messages are about, as proposals: from what the model that speaks answers to them and to their passages."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import structlog

from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.branches import Tree, above
from anliegen.flow.automation.effects import choice_of
from anliegen.flow.automation.learning.model import Answer
from anliegen.flow.automation.signals.several import Label, Passage, passages, several
from anliegen.flow.automation.teaching.speaking import Speaking
from anliegen.ground.wake import database_is_away

log = structlog.get_logger(__name__)

SHOWN, MOST_SHOWN = 0.05, 4  # of what lies under a branch: what is so likely, and how many


class NotFinite(ArithmeticError):
    """A model says of how sure it is what is no number."""


def read(texts: Sequence[str], voice: Speaking, *, tree: Tree) -> list[Proposal]:
    """A proposal for each text. One that speaks of several things fits no single category: a person sees it.
    `tree` are the topics in use; what was taken out of use since it was learnt is proposed no more.

    All texts and passages are answered together, which costs least. Raises NotFinite.
    """
    found = [passages(text) for text in texts]
    parts = [_parts(text, each) for text, each in zip(texts, found, strict=True)]
    answers = iter(_finite(voice.answer([*texts, *(part for each in parts for part in each)])))
    wholes = [next(answers) for _text in texts]
    name, by = voice.learnt.name, voice.learnt.responsible_id
    proposals = []
    for whole, each, said in zip(wholes, found, parts, strict=True):
        of_parts = [next(answers) for _part in said]
        topics = several(each, [_label(one, tree) for one in of_parts], _label(whole, tree)) if of_parts else ()
        if topics:
            proposals.append(_of_several(topics, whole, of_parts, name, by))
        else:
            like = _like(whole, voice)
            proposals.append(propose(whole, model=name, responsible_id=by, tree=tree, like=like, surest=voice.surest))
    return proposals


def read_or_none(texts: Sequence[str], voice: Speaking, *, tree: Tree) -> list[Proposal]:
    """The same; nothing at all where the model fails: then people sort, and nobody waits for an acknowledgement."""
    try:
        return read(texts, voice, tree=tree)
    except Exception as error:
        if database_is_away(error):
            raise
        log.exception("the model that speaks has failed")
        return []


def _finite(answers: Sequence[Answer]) -> Sequence[Answer]:
    """A damaged model may say what is no number: nothing could be compared with it, and it could not be kept."""
    for one in answers:
        said = (one.confidence, one.runner_up_confidence, one.evidence, one.likeness)
        parts = (share for _of, share in (*one.shares, *one.words))
        if not all(map(isfinite, (*said, *parts))):
            raise NotFinite(one.label)
    return answers


def propose(
    answer: Answer,
    *,
    model: str,
    responsible_id: int | None,
    tree: Tree,
    like: Mapping[str, Any],
    surest: float = float("inf"),
) -> Proposal:
    """What the model says, with the words that decided, the runner-up, and its version; or that it fits none, because
    no category claims the words or because nothing like it has come before (the two questions of decision 0027).
    `like`: what it is most like, as evidence. Where no topic is sure enough to be applied but a branch of the tree is,
    it proposes the branch."""
    evidence = {
        "words": [[word, round(share, 3)] for word, share in answer.words],
        "model": model,
        "evidence": round(answer.evidence, 2),
        "likeness": round(answer.likeness, 2),
        **like,
    }
    first = (choice_of("topic", answer.label), round(answer.confidence, 4))
    second = (choice_of("topic", answer.runner_up), round(answer.runner_up_confidence, 4))
    if answer.is_unknown:
        reason = "no-words" if answer.evidence <= answer.likeness else "nothing-like-it"
        return Proposal("", 0.0, reason, responsible_id, evidence, (first,))
    if answer.label not in tree:
        return Proposal("", 0.0, "topic-gone", responsible_id, evidence, (first,))
    branch = _sure_branch(answer, tree, surest)
    if branch is not None:
        code, sure, under = branch
        named = tuple((choice_of("topic", label), round(share, 4)) for label, share in under)
        evidence["under"] = [choice for choice, _share in named]
        return Proposal(choice_of("topic", code), round(sure, 4), "topic-branch", responsible_id, evidence, named)
    return Proposal(*first, "topic-words", responsible_id, evidence, (second,))


def _sure_branch(answer: Answer, tree: Tree, surest: float) -> tuple[str, float, list[tuple[str, float]]] | None:
    """The narrowest topic above the likeliest that is sure enough with all that lies under it, how sure that is, and
    what of it is likely; None where the likeliest is sure enough itself, or no branch is."""
    if answer.confidence >= surest:
        return None
    for branch in above(answer.label, tree):
        under = [(label, share) for label, share in answer.shares if label == branch or branch in above(label, tree)]
        sure = min(1.0, sum(share for _label, share in under))
        if branch in tree and sure >= surest:
            return branch, sure, [one for one in under if one[1] >= SHOWN][:MOST_SHOWN]
    return None


def _like(answer: Answer, voice: Speaking) -> Mapping[str, Any]:
    """The earlier concern that it is most like, by its number; or that it is what the operator wrote of a topic, of one
    among many or of nothing else."""
    ticket = voice.ticket_like(answer)
    if ticket is None:
        return {}
    if ticket:
        return {"nearest": [ticket]}
    return {"like": "descriptions" if voice.knows_no_concern else "topic"}


def _parts(text: str, found: Sequence[Passage]) -> list[str]:
    """What is answered besides the whole: nothing where it holds one request alone."""
    return [text[one.start : one.end] for one in found] if len(found) > 1 else []


def _label(answer: Answer, tree: Tree) -> Label:
    topic = "" if answer.is_unknown or answer.label not in tree else answer.label
    return Label(topic, answer.confidence, answer.evidence + answer.likeness)


def _of_several(
    topics: Sequence[str], whole: Answer, parts: Sequence[Answer], model: str, responsible_id: int | None
) -> Proposal:
    sure = {one.label: one.confidence for one in sorted(parts, key=lambda one: one.confidence)}
    named = tuple((choice_of("topic", topic), round(sure[topic], 4)) for topic in topics)
    evidence = {
        "topics": [choice for choice, _sure in named],
        "model": model,
        "words": [[word, round(share, 3)] for word, share in whole.words],
    }
    return Proposal("", 0.0, "several", responsible_id, evidence, named)
