"""Rules as the tests write them."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from anliegen.flow.automation.rules.definition import Action, Condition, Definition, Trigger, Written
from anliegen.flow.automation.rules.fits import Facts
from anliegen.flow.automation.rules.vocabulary import ACTIONS, EVENTS, TIMES
from tests.conftest import MONDAY

KEYS, TAGS = ("1", "2", "3"), ("vip", "umzug", "zaehler")
_VALUES = {
    "channel": ("email", "form", "phone"),
    "mailbox": KEYS,
    "brand": KEYS,
    "team": (*KEYS, "none"),
    "assignee": (*KEYS, "none"),
    "status": ("new", "open", "waiting_customer", "resolved"),
    "priority": ("1", "2", "3", "4"),
    "topic": TAGS,
    "tag": TAGS,
    "language": ("de", "en"),
    "words": ("Umzug", "Zählerstand"),
    "waits": ("1", "24", "72"),
    "level": ("1", "3"),
    "signal": ("anger", "defect"),
    "others": ("yes",),
    "unplaced": ("yes",),
}


def _condition(name: str) -> st.SearchStrategy[Condition]:
    most = 1 if name in ("waits", "others", "unplaced") else 3
    return st.lists(st.sampled_from(_VALUES[name]), min_size=1, max_size=most, unique=True).map(
        lambda values: Condition(name, tuple(values))
    )


CONDITIONS = st.sampled_from(sorted(_VALUES)).flatmap(_condition)
_OF_ACTION = {
    "team": KEYS,
    "assign": KEYS,
    "draft": KEYS,
    "snooze": ("1", "7"),
    "topic": TAGS,
    "note": ("Bitte prüfen",),
}
ACTS = st.sampled_from(sorted(ACTIONS)).flatmap(
    lambda kind: st.sampled_from(_OF_ACTION.get(kind, ("vip", "vip,umzug"))).map(lambda value: Action(kind, value))
)
TRIGGERS = st.builds(
    Trigger,
    st.sampled_from((*EVENTS, *TIMES)),
    st.integers(0, 23),
    st.integers(1, 12),
    st.integers(1, 30),
    st.booleans(),
)
_GROUP = st.lists(CONDITIONS, max_size=3).map(tuple)
DEFINITIONS = st.builds(
    Definition, TRIGGERS, st.lists(ACTS, min_size=1, max_size=3).map(tuple), all=_GROUP, any=_GROUP, none=_GROUP
)
FACTS = st.builds(
    Facts,
    number=st.integers(1, 10_000),
    status=st.sampled_from(_VALUES["status"]),
    channel=st.sampled_from(_VALUES["channel"]),
    priority=st.integers(1, 4),
    at=st.just(MONDAY),
    topic=st.sampled_from(("", *TAGS)),
    language=st.sampled_from(("", "de", "en")),
    tags=st.frozensets(st.sampled_from(TAGS)),
    team=st.sampled_from((None, 1, 2, 3)),
    assignee=st.sampled_from((None, 1, 2, 3)),
    words=st.frozensets(st.sampled_from(_VALUES["words"])),
    has_others=st.booleans(),
    level=st.integers(0, 4),
    signals=st.frozensets(st.sampled_from(_VALUES["signal"])),
)


def written(definition: Definition, **more: Any) -> Written:
    given: dict[str, Any] = {
        "name": "Umzüge zur Abrechnung",
        "purpose": "Umzüge sollen nicht liegen bleiben.",
        "owner": None,
        "review_on": date(2027, 5, 1).isoformat(),
        "intervention": "after",
        "undo_minutes": 10,
        "per_hour": 200,
    }
    return Written(**{**given, **more}, definition=definition.as_json())
