"""Who may do what: in no room a machine does what cannot be taken back, and nothing new is forgotten."""

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

import anliegen
from anliegen.config.pipeline import READERS
from anliegen.flow.assist import asking
from anliegen.flow.assist.asking import Asked
from anliegen.flow.assist.hiding import Known
from anliegen.flow.assist.prompts import Material
from anliegen.ground.journal.actors import Actor, NeedsAPerson
from tests.flow.automation.test_irreversible import BY_PEOPLE, MACHINES
from tests.house.deeds import BY_THE_SYSTEM, FREE, REFUSED, SIGNED

ROOT = Path(anliegen.__file__).parent
ROOMS = ("records", "flow", "oversight")
# Classed by `test_irreversible.py`; measures with made-up tickets; fills an empty instance with made-up people.
ELSEWHERE = ("records.tickets.actions", "oversight.measurement", "oversight.portability.demo")
WRITES = re.compile(
    r"\brecord\(|\bunit\(\)|transaction\.atomic|\btogether\(\)|\.delete\(\)|\.update\(\s*(\*\*|\w+=)|\.save\("
    r"|\.bulk_create\(|\.bulk_update\(|objects\.create\(|get_or_create\(|update_or_create\("
    r"|rows\.(insert|update|forget|lock)\("
)


def modules() -> Iterator[tuple[str, str]]:
    """Every module of the rooms by its name, with its text."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            place = file.relative_to(ROOT).with_suffix("")
            name = ".".join(place.parts).removesuffix(".__init__")
            if "migrations" not in place.parts and not name.startswith(ELSEWHERE):
                yield name, file.read_text()


def deeds_of(text: str) -> set[str]:
    """The public functions of a module that name an author, or write, by themselves or by what stands beside them."""
    functions = {one.name: one for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)}
    parts = {name: ast.get_source_segment(text, one) or "" for name, one in functions.items()}
    calls = {
        name: {each.id for each in ast.walk(one) if isinstance(each, ast.Name)} & functions.keys()
        for name, one in functions.items()
    }
    found = {name for name, part in parts.items() if WRITES.search(part) or _authors(functions[name])}
    while more := {name for name, called in calls.items() if called & found} - found:
        found |= more
    return {name for name in found if not name.startswith("_")}


def _authors(function: ast.FunctionDef) -> set[str]:
    """Parameters that name who does it; `by` may also say by what something is counted."""
    given = [*function.args.args, *function.args.kwonlyargs]
    typed = {one.arg: ast.unparse(one.annotation) for one in given if one.annotation is not None}
    return {name for name in ("actor", "by") if re.search(r"\b(Actor|Agent)\b", typed.get(name, ""))}


def classed() -> dict[str, list[str]]:
    """Every name that has a class, by module, as often as it stands somewhere."""
    found: dict[str, list[str]] = {}
    for table in (REFUSED, SIGNED, {place: one.names for place, one in FREE.items()}):
        for place, names in table.items():
            found.setdefault(place, []).extend(names.split())
    return found


def every_deed() -> dict[str, set[str]]:
    """What writes or names an author, what reads the journal, and what runs by the clock or later."""
    found = {name: deeds for name, text in modules() if (deeds := deeds_of(text))}
    begun = [(one.handle.__module__, one.handle.__name__) for one in READERS]
    begun += [(task.func.__module__, task.func.__name__) for task in app.tasks.values()]
    for module, name in begun:
        if module.startswith("anliegen.") and not module.startswith("anliegen.records.tickets.actions"):
            found.setdefault(module.removeprefix("anliegen."), set()).add(name)
    return found


def test_each_deed_is_thought_about() -> None:
    every, known = every_deed(), classed()
    forgotten = {place: sorted(names - {*known.get(place, ())}) for place, names in every.items()}
    assert {place: names for place, names in forgotten.items() if names} == {}
    gone = {place: sorted({*names} - every.get(place, set())) for place, names in known.items()}
    assert {place: names for place, names in gone.items() if names} == {}
    assert {place: names for place, names in known.items() if len(names) != len({*names})} == {}


def test_each_that_goes_without_a_person_says_why_and_who_answers() -> None:
    assert [place for place, one in FREE.items() if not (one.why and one.answers)] == []


REFUSING = [(place, name) for place, names in REFUSED.items() for name in names.split()]


@pytest.mark.parametrize(("place", "name"), REFUSING)
def test_what_cannot_be_taken_back_refuses_every_machine_before_anything_else(place: str, name: str) -> None:
    """Nothing is even looked at: whatever the other values are, they do not matter, and no database is there."""
    action = _function(place, name)
    taken = inspect.signature(action).parameters
    wanted = [key for key, one in taken.items() if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    values = {key: None for key in wanted if key != "actor"}
    for machine in MACHINES:
        with pytest.raises(NeedsAPerson):
            action(**values, actor=Actor(machine))


@pytest.mark.parametrize(("place", "name"), [(place, one) for place, names in SIGNED.items() for one in names.split()])
def test_what_an_agent_signs_can_name_no_machine(place: str, name: str) -> None:
    taken = inspect.signature(_function(place, name)).parameters
    assert "actor" not in taken
    assert (
        str((taken.get("by") or taken["agent"]).annotation) == "<class 'anliegen.records.accounts.models.agents.Agent'>"
    )


@pytest.mark.parametrize("machine", MACHINES)
def test_no_machine_asks_a_language_model(machine: str, now: datetime) -> None:
    """What is asked leaves the house, and no one can call it back."""
    with pytest.raises(NeedsAPerson):
        asking.ask(Asked("draft", "ticket:1", Actor(machine)), Material(), Known(), allowed=True, at=now)


def test_what_decides_does_not_call_itself_the_system() -> None:
    """`system` is refused nothing, so no rule and no model may hide behind it."""
    assert [name for name, text in modules() if name.startswith("flow.automation") and "SYSTEM" in text] == []


def test_the_system_does_what_machines_may_not_only_where_a_person_has_it_done() -> None:
    refused = BY_PEOPLE | {name for _place, name in REFUSING}
    found = set()
    for file in sorted(ROOT.rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        if not name.startswith((*ELSEWHERE, "ground")) and "migrations" not in name:
            found |= {(name, called) for called in _by_the_system(file.read_text()) if called in refused}
    assert found == BY_THE_SYSTEM.keys()


def _by_the_system(text: str) -> Iterator[str]:
    for one in ast.walk(ast.parse(text)):
        if isinstance(one, ast.Call) and any(
            key.arg == "actor" and ast.unparse(key.value).startswith("SYSTEM") for key in one.keywords
        ):
            yield ast.unparse(one.func).rpartition(".")[2]


def _function(place: str, name: str) -> Callable[..., object]:
    found: Callable[..., object] = getattr(importlib.import_module(f"anliegen.{place}"), name)
    return found
