"""What automation decided, and what it has learnt."""

from anliegen.flow.automation.models.decision import (
    BY_FORM,
    QUESTIONS,
    SETTLED_AS,
    Decision,
    DecisionQuerySet,
    Pause,
    Referral,
)
from anliegen.flow.automation.models.escalation import Escalation
from anliegen.flow.automation.models.learnt import LEARNT_STATES, TOLD_BY, Learnt, Told, TopicProposal

__all__ = [
    "BY_FORM",
    "LEARNT_STATES",
    "QUESTIONS",
    "SETTLED_AS",
    "TOLD_BY",
    "Decision",
    "DecisionQuerySet",
    "Escalation",
    "Learnt",
    "Pause",
    "Referral",
    "Told",
    "TopicProposal",
]
