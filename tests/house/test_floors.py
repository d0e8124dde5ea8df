"""The rules of the house that no linter sees, and those it does."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "anliegen"


def modules() -> Iterator[Path]:
    return (file for file in sorted(CODE.rglob("*.py")) if "migrations" not in file.parts)


@cache
def lines_of(file: Path) -> list[str]:
    return file.read_text().splitlines()


@cache
def nodes_of(file: Path) -> list[ast.AST]:
    """Everything in a module. Read once for all rules, so nobody may change it."""
    return list(ast.walk(ast.parse(file.read_text())))


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(name: str) -> str:
    """`anliegen.records.tickets` for all that lies in it; a floor's own module is a room of its own."""
    return ".".join(name.split(".")[:3])


def test_the_floors_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def imports_of(file: Path) -> set[str]:
    """Every module of ours that a file imports, inside functions too; only for types does not count."""
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.startswith("anliegen")}


def test_no_module_imports_itself_in_a_circle() -> None:
    files = {name_of(file): file for file in modules()}
    graph = {name: {other for other in imports_of(file) if other in files} - {name} for name, file in files.items()}
    packages = {name for name, file in files.items() if file.name == "__init__.py"}
    # `from package import module` names the package too; that is no use of what the package itself defines.
    for name, others in graph.items():
        graph[name] = {
            other for other in others if not (other in packages and any(one.startswith(f"{other}.") for one in others))
        }
    assert circles(graph) == []


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected groups of more than one module (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph[name]:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in graph:
        if name not in index:
            visit(name)
    return found


def test_the_circle_finder_finds_one() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


FOREIGN = {"ForeignKey", "OneToOneField", "ManyToManyField"}


def test_no_foreign_key_names_another_room_in_a_string() -> None:
    wrong = []
    for file in modules():
        for node in nodes_of(file):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            target = node.args[0]
            if called in FOREIGN and isinstance(target, ast.Constant) and "." in str(target.value):
                wrong.append(f"{name_of(file)}:{node.lineno} {target.value}")
    assert wrong == []


@pytest.mark.parametrize("forbidden", ["import_module", "import_string", "__import__", "get_model"])
def test_no_room_is_imported_by_a_string(forbidden: str) -> None:
    wrong = [
        f"{name_of(file)}:{node.lineno}"
        for file in modules()
        for node in nodes_of(file)
        if isinstance(node, ast.Call)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) == forbidden
    ]
    assert wrong == []


def test_an_inline_import_says_why() -> None:
    wrong = []
    for file in modules():
        for node in nodes_of(file):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Import | ast.ImportFrom):
                        line = lines_of(file)[inner.lineno - 1]
                        if "# slow import" not in line and "# optional dependency" not in line:
                            wrong.append(f"{name_of(file)}:{inner.lineno}")
    assert wrong == []


def test_no_signals_and_no_save_overrides() -> None:
    wrong = []
    for file in modules():
        for node in nodes_of(file):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith("signals"):
                wrong.append(f"{name_of(file)}:{node.lineno} signals")
            if isinstance(node, ast.FunctionDef) and node.name == "save" and "forms" not in file.name:
                wrong.append(f"{name_of(file)}:{node.lineno} save")
    assert wrong == []


def test_files_stay_short_enough_to_read() -> None:
    long = {name_of(file): lines for file in modules() if (lines := len(lines_of(file))) > 300}
    assert long == {}
