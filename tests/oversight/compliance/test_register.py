"""The register of algorithms: nothing acts by itself that is not in it, and its figures are what was decided."""

import ast
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from anliegen.flow.automation import pauses
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.rules.actions import Written
from anliegen.flow.automation.rules.actions import create as write_rule
from anliegen.flow.automation.rules.definition import Action, Condition, Definition, Trigger
from anliegen.ground.journal.actors import Actor
from anliegen.oversight.compliance import register
from anliegen.oversight.compliance.register import figures
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.tickets.models import Ticket
from tests.providers import switched_on

CODE = Path(__file__).resolve().parents[3] / "anliegen"
# Where the name of an actor is no constant: which entry, of a whole kind, describes what acts there.
FAMILIES: dict[str, str] = {
    "flow/automation/triage.py": "model:triage@1",
    "flow/automation/shadow.py": "model:triage@1",  # a version that waits: nothing comes of it
    "flow/automation/later.py": "model:triage@1",
}
# What the operator writes is listed from their rows, see `test_rules_and_providers_stand_in_it`.
OF_OPERATORS = ("flow/automation/rules/apply.py", "flow/automation/rules/run.py")


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    figures.forget()
    yield
    figures.forget()


@pytest.fixture
def decisions(ticket: Ticket, mira: Agent, now: datetime) -> Callable[..., None]:
    def make(number: int, **more: object) -> None:
        rows = [
            Decision(
                ticket=ticket,
                question="team",
                confidence=1.0,
                reason="mailbox",
                responsible=mira,
                **{"author": "rule:mailbox", "choice": "team:1", "made_at": now, "applied_at": now} | more,  # type: ignore[arg-type]
            )
            for _number in range(number)
        ]
        Decision.objects.bulk_create(rows)

    return make


def of(author: str, at: datetime) -> register.Figures:
    return next(counted for one, counted in register.algorithms(at=at) if one.author == author and counted is not None)


def actors_in_code() -> Iterator[tuple[str, str | None]]:
    """(file, reference) of each automated actor that the program makes; None where its name is no constant."""
    for file in sorted(CODE.rglob("*.py")):
        tree = ast.parse(file.read_text())
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in ("rule", "model") or ast.unparse(node.func.value) != "Actor":
                continue
            (given,) = node.args
            name = given.value if isinstance(given, ast.Constant) else constants.get(ast.unparse(given))
            yield str(file.relative_to(CODE)), f"{node.func.attr}:{name}" if name is not None else None


def test_every_actor_of_the_program_stands_in_the_register(operator: Operator) -> None:
    listed = [one for source in register.SOURCES for one in source()]
    found = [one for one in actors_in_code() if one[0] not in OF_OPERATORS]
    assert len(found) >= 7, "the search itself must find something"
    missing = [
        (file, ref)
        for file, ref in found
        if (ref is not None and register.entry_of(ref, listed) is None)
        or (ref is None and register.entry_of(FAMILIES.get(file, ""), listed) is None)
    ]
    assert missing == []
    assert len({one.author for one in listed}) == len(listed)


def test_every_entry_is_whole(operator: Operator, mailbox: Mailbox, admin: Agent, now: datetime) -> None:
    for one, counted in register.algorithms(at=now):
        assert all((one.name, one.purpose, one.data, one.oversight, one.responsible, one.version)), one
        assert bool(one.decides) == bool(one.reach) == (counted is not None), one


def test_it_is_made_from_what_is_live(operator: Operator, mira: Agent, mailbox: Mailbox, now: datetime) -> None:
    def found() -> dict[str, register.Algorithm]:
        return {one.author: one for one, _counted in register.algorithms(at=now)}

    assert (found()["rule:mailbox"].is_on, found()["rule:mailbox"].responsible) == (True, (mira.name,))
    assert found()["rule:acknowledge"].is_on is True
    Operator.objects.update(acknowledges=False)
    Mailbox.objects.update(team=None, responsible=None)
    assert (found()["rule:mailbox"].is_on, found()["rule:mailbox"].responsible) == (False, ())
    assert found()["rule:acknowledge"].is_on is False


def test_figures_are_those_of_90_days_without_what_was_tried_out_or_fitted_nothing(
    decisions: Callable[..., None], mira: Agent, now: datetime
) -> None:
    decisions(10)
    decisions(1, settled_at=now, settled_by=mira, settled_as="confirmed")
    decisions(3, settled_at=now, settled_by=mira, settled_as="confirmed", is_implied=True)
    decisions(2, settled_at=now, settled_by=mira, settled_as="corrected", contested_at=now)
    decisions(1, settled_at=now, settled_by=mira, settled_as="undone")
    decisions(3, applied_at=None)
    decisions(50, made_at=now - timedelta(days=91))
    decisions(50, is_shadow=True, applied_at=None)
    decisions(50, choice="", applied_at=None)
    counted = of("rule:mailbox", now)
    assert counted == register.Figures(decided=20, applied=17, confirmed=1, unopposed=3, corrected=3, contested=2)
    assert counted.as_json() == {
        "decided": 20,
        "applied": {"number": 17, "percent": 85},
        "confirmed": {"number": 4, "percent": 20},
        "confirmed_in_words": {"number": 1, "percent": 5},
        "unopposed": {"number": 3, "percent": 15},
        "corrected": {"number": 3, "percent": 15},
        "contested": {"number": 2, "percent": 10},
    }


@pytest.mark.parametrize(("number", "told"), [(0, False), (9, False), (10, True)])
def test_of_few_decisions_no_figures_are_told(
    decisions: Callable[..., None], now: datetime, number: int, told: bool
) -> None:
    decisions(number)
    counted = of("rule:mailbox", now)
    assert (counted.is_told, counted.as_json() is not None) == (told, told)


def test_what_is_found_at_work_without_an_entry_is_named_as_that(decisions: Callable[..., None], now: datetime) -> None:
    decisions(12, author="model:secret@1")
    with translation.override("de"):
        one, counted = register.algorithms(at=now)[-1]
    assert (one.author, one.name) == ("model:secret@1", "Noch nicht beschrieben (model:secret@1)")
    assert counted is not None and counted.decided == 12


def test_an_entry_of_a_kind_takes_all_of_its_kind_and_no_other(now: datetime) -> None:
    kind = register.Algorithm("model:triage@", "", "", "x", (), "", "", (), is_family=True)
    own = register.Algorithm("model:triage@2", "", "", "x", (), "", "", ())
    listed = [kind, own]
    assert register.entry_of("model:triage@1", listed) is kind
    assert register.entry_of("model:triage@2", listed) is own
    assert register.entry_of("model:other@1", listed) is None
    assert register.entry_of("model:triage@23", [own]) is None


def test_fairness_is_asked_of_each_that_decides(decisions: Callable[..., None], now: datetime) -> None:
    decisions(12)

    def fairness(one: register.Algorithm, counted: register.Figures) -> str:
        return f"{one.author}: {counted.decided}"

    found = {one.author: one.fairness for one, _counted in register.algorithms(at=now, fairness=fairness)}
    assert (found["rule:mailbox"], found["rule:acknowledge"]) == ("rule:mailbox: 12", "")


def test_rules_and_providers_stand_in_it(operator: Operator, admin: Agent, now: datetime) -> None:
    row = write_rule(
        Written("Umzüge", "Sie gehen schnell.", admin.pk, "2099-05-01", "during", 10, 200, Definition(
            Trigger("message"), (Action("add_tags", "umzug"),), all=(Condition("channel", ("email",)),)).as_json()),
        actor=Actor.agent(admin.pk), at=now,
    )  # fmt: skip
    assert f"rule:{row.pk}" not in {one.author for one, _counted in register.algorithms(at=now)}  # it is off
    type(row).objects.filter(pk=row.pk).update(stage="on")
    switched_on("http://127.0.0.1:9/v1", at=now, responsible=f"agent:{admin.pk}")
    found = {one.author: one for one, _counted in register.algorithms(at=now)}
    rule = found[f"rule:{row.pk}"]
    assert (rule.reach, rule.responsible, rule.is_on) == ("delayed", (admin.name,), True)
    assert "umzug" not in rule.decides  # an attacker would read what it waits for
    assert [one.responsible for author, one in found.items() if author.startswith("provider:")] == [(admin.name,)]
    pauses.pause(pauses.ALL, actor=Actor.agent(admin.pk), at=now)
    found = {one.author: one for one, _counted in register.algorithms(at=now)}
    assert found[f"rule:{row.pk}"].is_paused and found["rule:escalate"].is_paused
