"""The decision log: each decision with what a person needs to follow it, in the reader's words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from anliegen.flow.automation import for_customers
from anliegen.flow.automation.choices import choice_in_words
from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.reasons import explain
from anliegen.records.accounts.models import Agent, Team, Topic

Known = Mapping[str, Mapping[int, str]]  # names that were read before, by kind and key

HIGH, MEDIUM = 0.9, 0.7
SURE: dict[str, str | Promise] = {
    "high": pgettext_lazy("how sure", "high"),
    "medium": pgettext_lazy("how sure", "medium"),
    "low": pgettext_lazy("how sure", "low"),
}
# How plain the words of a signal are: more is not to be made of the few messages it was measured on.
PLAIN: dict[str, str | Promise] = {
    "sure": pgettext_lazy("how plainly it is said", "certain"),
    "likely": pgettext_lazy("how plainly it is said", "likely"),
    "hint": pgettext_lazy("how plainly it is said", "a hint"),
}
# What a decision rests on, by the keys of its evidence.
SOURCES: dict[str, str | Promise] = {
    "mailbox": gettext_lazy("the address that was written to"),
    "words": gettext_lazy("the words of the message"),
    "nearest": gettext_lazy("earlier concerns like this one"),
    "model": gettext_lazy("examples that colleagues have sorted"),
}
FROM_THE_OPERATOR: dict[str, str | Promise] = {"model": gettext_lazy("what stands in the tree of topics")}


@dataclass(frozen=True)
class Entry:
    """One decision as it is read. `choice` is empty where nothing fits; `alternatives` are words and percent."""

    decision: Decision
    choice: str
    settled_choice: str
    why: str
    alternatives: tuple[tuple[str, int], ...]

    @property
    def question(self) -> str:
        return str(self.decision.get_question_display())

    @property
    def percent(self) -> int:
        return percent(self.decision.confidence)

    @property
    def sure(self) -> str:
        """How sure it was, in a word."""
        return str(PLAIN.get(self.decision.evidence.get("strength", ""), SURE[sureness(self.decision.confidence)]))

    @property
    def how_sure(self) -> str:
        """With its percentage, where that says more than the word."""
        if "strength" in self.decision.evidence:
            return self.sure
        return _("%(word)s (%(percent)s%%)") % {"word": self.sure, "percent": self.percent}

    @property
    def measured(self) -> str:
        """How often such words were read rightly, and on what that was seen; empty where nothing was measured."""
        return measured_in_words(self.decision.evidence.get("measured") or {})

    @property
    def words(self) -> tuple[str, ...]:
        """The words that decided, the weightiest first."""
        return tuple(str(_first(one)) for one in self.decision.evidence.get("words") or ())

    @property
    def asked_by_customers(self) -> str:
        return str(for_customers.FOR_CUSTOMERS.get(self.decision.question, self.question))

    @property
    def why_for_customers(self) -> str:
        return self.why if self.decision.reason in for_customers.OPEN_REASONS else for_customers.why(self.decision)

    @property
    def choice_for_customers(self) -> str:
        return for_customers.choice(self.decision, self.choice)

    @property
    def how_sure_for_customers(self) -> str:
        return for_customers.how_sure(self.decision, sureness(self.decision.confidence))

    @property
    def data_for_customers(self) -> str:
        return for_customers.data(self.decision)

    @property
    def alternatives_for_customers(self) -> tuple[tuple[str, int], ...]:
        """The next best, where it is none of a person nor of a mood."""
        return self.alternatives if self.decision.question in for_customers.WITH_ALTERNATIVES else ()

    @property
    def words_for_customers(self) -> tuple[str, ...]:
        """Only of what they wrote themselves: others may take part in the concern."""
        message = self.decision.message
        is_theirs = message is not None and message.person_id == self.decision.ticket.person_id
        return self.words if is_theirs and self.decision.question in for_customers.OF_THEIR_WORDS else ()

    @property
    def nearest(self) -> int:
        """The number of the earlier concern that it is most like; 0 for none. Who shows it asks who may see that."""
        numbers = (_first(one) for one in self.decision.evidence.get("nearest") or ())
        return next((one for one in numbers if isinstance(one, int)), 0)

    @property
    def like(self) -> str:
        """What else it is most like: something that the operator wrote of a topic, or nothing to tell."""
        match self.decision.evidence.get("like"):
            case "topic":
                return _("what stands in the tree of topics")
            case "descriptions":
                return _("what stands in the tree of topics; the model has learnt from nothing else so far")
        return ""

    @property
    def has_shares(self) -> bool:
        """Whether its words are those of a model, which has other voices, too."""
        return self.decision.author.startswith("model:") and bool(self.words)

    @property
    def sources(self) -> tuple[str, ...]:
        """The data it used."""
        sources = SOURCES | (FROM_THE_OPERATOR if self.decision.evidence.get("like") == "descriptions" else {})
        used = [str(word) for key, word in sources.items() if key in self.decision.evidence]
        if self.decision.message_id is not None and not used:
            used = [_("the message")]
        return tuple(used)

    @property
    def effect(self) -> str:
        """`none`, `shadow`, what a person said, `applied`, `delayed` or `waits`."""
        one = self.decision
        if one.settled_as:
            return one.settled_as
        if one.is_shadow:
            return "shadow"
        if not one.choice:
            return "none"
        if one.applied_at is not None:
            return "applied"
        return "delayed" if one.applies_at is not None else "waits"


def entries(decisions: Iterable[Decision], known: Known | None = None) -> list[Entry]:
    """Each as a person reads it: one question for teams, one for agents, one for topics, however many there are."""
    rows = list(decisions)
    said = in_words((choice for row in rows for choice in _choices(row)), known)
    return [
        Entry(
            decision=row,
            choice=said.get(row.choice, ""),
            settled_choice=said.get(row.settled_choice, ""),
            why=explain(row),
            alternatives=tuple((said[one["choice"]], percent(one["confidence"])) for one in _others(row)),
        )
        for row in rows
    ]


def in_words(choices: Iterable[str], known: Known | None = None) -> dict[str, str]:
    """What each choice says. Names that were read before are not read again."""
    wanted = {choice for choice in choices if choice}
    named = {
        "team": _names("team", wanted, known, Team),
        "agent": _names("agent", wanted, known, Agent),
        "topic": _topics(wanted),
    }
    found: dict[str, str] = {}
    for choice in wanted:
        kind, value = choice.partition(":")[0], value_of(choice)
        found[choice] = named[kind].get(value, value or "?") if kind in named else choice_in_words(choice)
    return found


def sureness(confidence: float) -> str:
    """`high`, `medium` or `low`."""
    return "high" if confidence >= HIGH else "medium" if confidence >= MEDIUM else "low"


def measured_in_words(seen: Mapping[str, Any]) -> str:
    """From what a decision keeps of its measurement."""
    if not seen.get("said"):
        return ""
    kept_back = (
        _("Such words, whatever they speak of: of %(said)s messages kept back %(right)s were read rightly.")
        if seen.get("of_all")
        else _("Of %(said)s messages kept back %(right)s were read rightly.")
    )
    told = [kept_back % {"said": seen["said"], "right": seen["right"]}]
    if seen.get("heard"):
        told.append(
            _("Of %(heard)s that people judged, %(true)s were true.") % {"heard": seen["heard"], "true": seen["true"]}
        )
    return " ".join(told)


def percent(confidence: float) -> int:
    """Never 100 for what is not certain, never 0 for what is possible."""
    whole = round(confidence * 100)
    return 99 if whole == 100 and confidence < 1 else 1 if whole == 0 and confidence > 0 else whole


def _choices(row: Decision) -> Sequence[str]:
    return [row.choice, row.settled_choice, *(one["choice"] for one in _others(row))]


def _others(row: Decision) -> Sequence[Any]:
    return [one for one in row.alternatives if one.get("choice")]


def _names(kind: str, choices: Iterable[str], known: Known | None, model: type[Team] | type[Agent]) -> dict[str, str]:
    keys = {value_of(one) for one in choices if one.startswith(f"{kind}:")}
    found = {str(key): name for key, name in (known or {}).get(kind, {}).items()}
    missing = [key for key in keys if key not in found and key.isdecimal()]
    if missing:
        found |= {
            str(key): name for key, name in model._default_manager.filter(pk__in=missing).values_list("pk", "name")
        }
    return {key: found.get(key, "?") for key in keys}


def _topics(choices: Iterable[str]) -> dict[str, str]:
    codes = [value_of(one) for one in choices if one.startswith("topic:")]
    language = get_language() or "de"
    return {row.code: row.name_in(language) for row in Topic.objects.filter(code__in=codes)} if codes else {}


def _first(part: Any) -> Any:
    """The word or number alone, where it stands with its weight."""
    return part[0] if isinstance(part, list) and part else part
