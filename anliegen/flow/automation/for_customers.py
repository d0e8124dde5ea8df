"""A decision in its customer's words: what was asked, why it was decided so, on which data.

Nothing of tags, of moods that were read off their words, of who else there is, is at work, or has how much to do.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anliegen.flow.automation.models import Decision

Words = Mapping[str, str | Promise]

# What customers read of their concern, in their words.
FOR_CUSTOMERS: dict[str, str | Promise] = {
    "topic": gettext_lazy("What it is about"),
    "team": gettext_lazy("Which team sees to it"),
    "assignee": gettext_lazy("Who sees to it"),
    "priority": gettext_lazy("How urgent it is"),
    "level": gettext_lazy("Who is next"),
    "answer": gettext_lazy("What is answered"),
    "language": gettext_lazy("Which language you write in"),
    "by-hand": gettext_lazy("Whether automation may help"),
}
OF_THEIR_WORDS = frozenset({"topic", "team", "priority"})
# Whose next best they may read: not who of the colleagues else it would be, nor what else was felt to speak out of it.
WITH_ALTERNATIVES = frozenset({"topic", "team", "priority", "language"})
# Reasons that customers may read as they are.
OPEN_REASONS = frozenset({"mailbox", "team-of-topic", "urgency-of-topic"})
# Of a guess it is said how sure it was; all else follows from what people laid down.
GUESSES = frozenset({"topic-words", "topic-branch", "language-of-text", "words", "urgency"})
_WHY: Words = {
    "topic-words": gettext_lazy("The words of your message speak for it most."),
    "topic-branch": gettext_lazy("Your message is surely about this; which part of it exactly was not certain."),
    "language-of-text": gettext_lazy("The words of your message are in this language."),
    "urgency": gettext_lazy("Your message speaks of something that should not wait."),
    "escalated": gettext_lazy("So that it is not left waiting, it goes to somebody who may decide more."),
    "asked": gettext_lazy("People have laid down who is asked with such concerns."),
    "rule": gettext_lazy("A rule that people have laid down is made for concerns like yours."),
}
# Why people alone see to it; of moods and of what is hard for somebody it is only said that a person is to look.
_BY_HAND: Words = {
    "person": gettext_lazy("Only people see to this, because you asked for a person."),
    "complaint": gettext_lazy("Only people see to this, because you have complained."),
}
_CLOSE = gettext_lazy("Only people see to this, because what you write deserves the attention of a person.")
_WHO: Words = {
    "known": gettext_lazy("They know you from earlier concerns."),
    "language": gettext_lazy("They speak your language."),
    "skill": gettext_lazy("They know a lot about this."),
}
_DATA: Words = {
    "mailbox": gettext_lazy("the address that you wrote to"),
    "topic-words": gettext_lazy("the words of your message, and earlier concerns that people have sorted"),
    "topic-branch": gettext_lazy("the words of your message, and earlier concerns that people have sorted"),
    "language-of-text": gettext_lazy("the words of your message"),
    "words": gettext_lazy("the words of your message"),
    "urgency": gettext_lazy("the words of your message"),
    "team-of-topic": gettext_lazy("what your concern is about"),
    "urgency-of-topic": gettext_lazy("what your concern is about"),
    "escalated": gettext_lazy("how long your concern has waited, and its course"),
    "asked": gettext_lazy("how urgent your concern is, and its course"),
    "routed": gettext_lazy("topic and language of your concern, and who has seen to you before"),
    "rule": gettext_lazy("what the rule names of your concern, such as the way it came, its topic or its words"),
}
_HOW_SURE: Words = {
    "high": pgettext_lazy("for customers", "quite sure"),
    "medium": pgettext_lazy("for customers", "rather sure"),
    "low": pgettext_lazy("for customers", "not so sure"),
}


def why(decision: Decision) -> str:
    """One plain sentence or two."""
    if decision.question == "by-hand":
        return str(_BY_HAND.get(decision.choice.partition(":")[2], _CLOSE))
    if decision.reason == "routed":
        said = [str(words) for code, words in _WHO.items() if code in decision.evidence.get("because", ())]
        return " ".join(said) or _("They belong to the team that sees to such concerns.")
    if decision.reason in _WHY:
        return str(_WHY[decision.reason])
    if decision.author.startswith("model:"):
        return _("A model that has learnt from earlier concerns concluded it from what you wrote.")
    return _("A rule that people have laid down says so.")


def data(decision: Decision) -> str:
    """On what it rests."""
    return str(_DATA.get(decision.reason, "")) or _("your concern, as it stands on this page")


def how_sure(decision: Decision, sureness: str) -> str:
    """In words: `sureness` is high, medium or low."""
    if decision.reason not in GUESSES and not decision.author.startswith("model:"):
        return _("It is laid down so, and no guess.")
    return _("How sure it was: %(word)s.") % {"word": _HOW_SURE[sureness]}


def choice(decision: Decision, words: str) -> str:
    """What was decided; of why people alone see to it nothing stands in the heading."""
    return _("no, only people see to it") if decision.question == "by-hand" else words
