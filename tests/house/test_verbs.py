"""Every event has a declared verb, and every verb a sentence in both languages."""

import ast
from pathlib import Path

import pytest
from django.utils import translation

from anliegen.config.pipeline import READERS
from anliegen.ground.journal.verbs import DECLARED

CODE = Path(__file__).resolve().parents[2] / "anliegen"


def recorded_names() -> set[str]:
    """The first argument of each call of record(...), as it stands in the code."""
    found = set()
    for file in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and node.args:
                found.add(ast.unparse(node.args[0]))
    return found


def test_every_recorded_verb_is_a_declared_constant() -> None:
    constants = {name.rpartition(".")[2] for name in recorded_names()} - {"verb"}
    declared = set()
    for file in CODE.rglob("verbs.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                declared |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    assert constants <= declared
    assert constants, "the search itself must find something"


def test_verbs_read_by_the_pipeline_are_declared() -> None:
    assert {verb for reader in READERS for verb in reader.on} <= set(DECLARED)


@pytest.mark.parametrize("name", sorted(name for name in DECLARED if not name.startswith("test.")))
def test_a_verb_reads_as_a_sentence_in_german(name: str) -> None:
    sentence = DECLARED[name].sentence
    with translation.override("en"):
        english = str(sentence)
    with translation.override("de"):
        german = str(sentence)
    assert german != english
