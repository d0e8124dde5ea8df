"""What docs/ and the READMEs say is there, and what is there they say."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main

from anliegen.config.cli.program import program
from tools import docs

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
# Not the account of the same name: `sudo -u anliegen`, `-g anliegen`, `--owner anliegen`.
COMMAND = re.compile(r"(?<!-[uog] )(?<!--owner )(?<!nologin )\banliegen((?: [a-z][a-z|-]*)*)")
VARIABLE = re.compile(r"\b(ANLIEGEN_[A-Z_]+[A-Z]|DATABASE_URL)\b")


def ids(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_the_table_of_verbs_is_up_to_date() -> None:
    assert docs.VERBS.read_text(encoding="utf-8") == docs.table_of_verbs(), "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))]
    relative = [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]
    assert [target for target in relative if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_to_a_heading_finds_it(page: Path) -> None:
    wrong = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        file, _sign, heading = link.partition("#")
        target = page.parent / file if file else page
        if heading and "://" not in link and heading not in headings_of(target):
            wrong.append(link)
    assert wrong == []


def headings_of(page: Path) -> set[str]:
    """As the usual viewers name them: lower case, signs off, blanks as hyphens."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_command_that_is_named_exists(page: Path) -> None:
    assert [name for name in commands_in(page) if not exists(name.split())] == []


def commands_in(page: Path) -> Iterator[str]:
    """`anliegen WORD ...` in code of any kind, alternatives apart: `anliegen web|work`."""
    for code in CODE.findall(page.read_text(encoding="utf-8")):
        for words in COMMAND.findall(code.replace("python -m anliegen", "anliegen")):
            first, *rest = words.split() or [""]
            for each in filter(None, first.split("|")):
                yield " ".join([each, *rest])


def exists(words: list[str]) -> bool:
    """Whether the words begin with a command; what follows a command are its arguments."""
    commands: Mapping[str, Any] = the_commands()
    for word in words:
        if not commands:
            return True
        if word not in commands:
            return False
        commands = getattr(commands[word], "commands", {})
    return True


def the_commands() -> Mapping[str, Any]:
    commands: Mapping[str, Any] = typer.main.get_command(program).commands  # type: ignore[attr-defined]
    return commands


def all_commands(commands: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, command in commands.items():
        inner = getattr(command, "commands", {})
        if not command.hidden and (not inner or command.invoke_without_command):
            yield f"{before}{name}"
        yield from all_commands(inner, f"{before}{name} ")


def test_every_command_stands_in_its_page() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    names = list(all_commands(the_commands()))
    assert "journal verify" in names and "mail" in names, "the search itself must find something"
    assert [name for name in names if f"anliegen {name}" not in page] == []


def options(commands: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, command in commands.items():
        if not command.hidden:
            yield from (f"{before}{name} {one}" for each in command.params for one in each.opts if one.startswith("--"))
        yield from options(getattr(command, "commands", {}), f"{before}{name} ")


def test_every_option_stands_in_its_page() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    named = set(re.findall(r"--[a-z][a-z-]*", page))
    found = list(options(the_commands()))
    assert "mail explain --trust" in found, "the search itself must find something"
    assert [one for one in found if one.rpartition(" ")[2] not in named] == []


def test_every_environment_variable_stands_in_its_page_and_no_other() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    described = {name.removesuffix("_FILE") for name in VARIABLE.findall(page)}
    assert described == variables_of_the_program()


def variables_of_the_program() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "anliegen").rglob("*.py"):
        for text in re.findall(r'"([A-Z_]+)"', file.read_text(encoding="utf-8")):
            if VARIABLE.fullmatch(text):
                found.add(text.removesuffix("_FILE"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_no_page_names_a_variable_that_does_not_exist(page: Path) -> None:
    named = {name.removesuffix("_FILE") for name in VARIABLE.findall(page.read_text(encoding="utf-8"))}
    assert named - variables_of_the_program() <= {"ANLIEGEN_TEST_FORBID_SKIPS", "ANLIEGEN_CORPUS"}
