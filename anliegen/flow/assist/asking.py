"""A model asked for words: whether it may be, what leaves, what it costs, and what of its answer is taken.

It never raises for what is the provider's fault, and never answers with anything but text: whoever asks has rules that
help without it. Call it outside a transaction.
"""

import secrets as random_source
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from anliegen.flow.assist import budget, prompts
from anliegen.flow.assist.budget import Asked
from anliegen.flow.assist.hiding import Hider, Known
from anliegen.flow.assist.hiding.hidden import seen
from anliegen.flow.assist.models import TEST, Call, Provider
from anliegen.flow.assist.prompts import Material, Said
from anliegen.flow.assist.speaking import MOST_TOKENS_OUT, Answer, speak
from anliegen.flow.assist.taken import taken
from anliegen.ground.journal.actors import Actor
from anliegen.records.customers.special import kinds_in

TEST_TOKENS = 16


@dataclass(frozen=True)
class Outcome:
    """Words for a person to read, and the line of the ledger; without words, why there are none.

    `why`: "" (there are words), "none" (nobody to ask), "by_hand" (the customer does not want it), "class" (such words
    may not go there), "nothing" (to work on), "budget", "busy", "off", or the code of a failure. `wait_s`: for how many
    seconds the provider asked to be left alone, where it did.
    """

    text: str = ""
    why: str = ""
    call: int | None = None
    model: str = ""
    provider: str = ""
    wait_s: int | None = None


def provider_for(deed: str) -> Provider | None:
    """Who is asked for this: of those that are switched on for it the one that was entered first."""
    return Provider.objects.on().filter(deeds__contains=[deed]).order_by("pk").first()


def deeds_on() -> set[str]:
    """For what anybody may be asked."""
    return {deed for deeds in Provider.objects.on().values_list("deeds", flat=True) for deed in deeds}


def ask(asked: Asked, material: Material, known: Known, *, allowed: bool | Callable[[], bool], at: datetime) -> Outcome:
    """Ask for the words of a deed. `allowed`: False where the customer or the concern is kept from machines; then
    nothing leaves, whoever is switched on. Raises NeedsAPerson where a rule or a model would ask."""
    asked.actor.insist_on_a_person()
    provider = provider_for(asked.deed)
    if provider is None:
        return Outcome(why="none")
    if not (allowed() if callable(allowed) else allowed):
        return Outcome(why="by_hand", provider=provider.name)
    needed = _as_seen(material.of(asked.deed))
    if not any(text.strip() for text in needed.texts):
        return Outcome(why="nothing", provider=provider.name)
    if not _may_go(provider, needed):
        return Outcome(why="class", provider=provider.name)
    today = timezone.localdate(at)
    hider = Hider(known, today)
    messages = prompts.messages(asked.deed, _hidden(needed, hider), fence=random_source.token_hex(8))
    most_out = prompts.MOST_TOKENS_OUT.get(asked.deed, MOST_TOKENS_OUT)
    call, answer = _asked(provider, asked, messages, most_out, at)
    if call is None:
        return Outcome(why=answer.error, provider=provider.name)
    text = "" if answer.error else taken(answer.text, hider, ours=needed.ours, today=today)
    why = answer.error or ("" if text else "empty")
    return Outcome(text, why, call.pk, call.model, provider.name, answer.wait_s)


def try_out(provider: Provider, *, actor: Actor, at: datetime) -> str:
    """Ask it for one word, with nothing of anybody's; "" where it answers, else the code of what went wrong."""
    actor.insist_on_a_person()
    messages = prompts.trial()
    _call, answer = _asked(provider, Asked(TEST, "", actor), messages, TEST_TOKENS, at)
    return answer.error


def call_of(pk: int | None, *, asked_by: str, subject: str) -> Call | None:
    """The answered question of this number, if it was this agent's and about this concern."""
    if pk is None:
        return None
    return Call.objects.filter(pk=pk, actor=asked_by, subject=subject, result="ok").first()


def _asked(
    provider: Provider, asked: Asked, messages: list[dict[str, str]], most_out: int, at: datetime
) -> tuple[Call | None, Answer]:
    tokens = budget.most_tokens([one["content"] for one in messages])
    call = budget.hold_back(provider, asked, tokens_in=tokens, tokens_out=most_out, at=at)
    if isinstance(call, str):
        return None, Answer(error=call)
    answer = Answer(error="broken_off")
    try:
        answer = speak(provider, messages, most_tokens=most_out)
    finally:  # also where a mistake of ours ends it: what was held back must not stay so
        budget.settle(call, tokens=answer.tokens, error=answer.error, duration_ms=answer.duration_ms, provider=provider)
    return call, answer


def _may_go(provider: Provider, material: Material) -> bool:
    classes = {one.kind for one in material.said} | ({"own"} if material.text else set())
    if any(kinds_in(text) for text in material.texts):
        classes.add("special")
    return classes <= set(provider.data_classes)


def _as_seen(material: Material) -> Material:
    said = tuple(Said(one.kind, seen(one.text)) for one in material.said)
    return Material(said, seen(material.text), material.language)


def _hidden(material: Material, hider: Hider) -> Material:
    said = tuple(Said(one.kind, hider.hide(one.text)) for one in material.said)
    return Material(said, hider.hide(material.text), material.language)
