"""Contrast, measured: WCAG 2.2, relative luminance and contrast ratio."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "anliegen" / "faces" / "ui" / "static" / "ui"
TOKENS = (STATIC / "tokens.css").read_text()
SHEETS = sorted(STATIC.glob("*.css"))
TEXT, EDGE = 4.5, 3.0


@dataclass(frozen=True)
class Rule:
    context: str
    selector: str
    declarations: dict[str, str]


def rules(css: str) -> list[Rule]:
    """Every rule with the at-rules around it; enough of CSS for style sheets of our own hand."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    found: list[Rule] = []
    open_blocks: list[str] = []
    for text, mark in re.findall(r"([^{}]*)([{}])", css):
        if mark == "{":
            open_blocks.append(" ".join(text.split(";")[-1].split()))
            continue
        selector = open_blocks.pop()
        pairs = [line.split(":", 1) for line in text.split(";") if ":" in line]
        if pairs:
            found.append(Rule(" ".join(open_blocks), selector, {k.strip(): " ".join(v.split()) for k, v in pairs}))
    return found


def palette(selector: str, media: str = "") -> dict[str, str]:
    for rule in rules(TOKENS):
        if rule.selector == selector and media in rule.context and ("@media" in rule.context) == bool(media):
            return {name: value for name, value in rule.declarations.items() if value.startswith("#")}
    raise AssertionError(f"no set of colours for {selector} {media}")


LIGHT = palette(":root")
SETS = {
    "light": LIGHT,
    "dark": palette(':root[data-theme="dark"]'),
    "dark by the system": palette(":root:not([data-theme])", "prefers-color-scheme: dark"),
    "contrast": palette(':root[data-theme="contrast"]'),
    "contrast by the system": palette(":root:not([data-theme])", "prefers-contrast: more"),
}


def declared(kind: str) -> list[tuple[str, str]]:
    lines = re.findall(rf"@{kind} ([\w-]+): ([\w -]+)", TOKENS)
    return [(ink, ground) for ink, grounds in lines for ground in grounds.split()]


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_values() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("ink", "ground"), declared("text"))
def test_text_is_readable_on_its_ground(name: str, ink: str, ground: str) -> None:
    assert contrast(SETS[name][f"--{ink}"], SETS[name][f"--{ground}"]) >= TEXT


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("edge", "ground"), declared("edge"))
def test_borders_and_signs_stand_out_from_their_ground(name: str, edge: str, ground: str) -> None:
    assert contrast(SETS[name][f"--{edge}"], SETS[name][f"--{ground}"]) >= EDGE


def test_the_high_contrast_set_reaches_seven_to_one_for_every_text() -> None:
    wanting = {
        pair: ratio
        for pair in declared("text")
        if (ratio := contrast(SETS["contrast"][f"--{pair[0]}"], SETS["contrast"][f"--{pair[1]}"])) < 7
    }
    assert wanting == {}


@pytest.mark.parametrize("name", ["dark", "contrast"])
def test_a_chosen_set_equals_the_one_the_system_asks_for(name: str) -> None:
    assert SETS[name] == SETS[f"{name} by the system"]


@pytest.mark.parametrize("name", SETS)
def test_every_set_names_every_colour(name: str) -> None:
    missing = LIGHT.keys() - SETS[name].keys()
    assert missing == set()


def test_the_pairs_are_there_at_all() -> None:
    assert len(declared("text")) > 30
    assert len(declared("edge")) > 10


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_rule_that_names_text_and_ground_names_a_measured_pair(sheet: Path) -> None:
    measured = set(declared("text"))
    stray = [
        (rule.selector, pair)
        for rule in rules(sheet.read_text())
        if (pair := pair_of(rule)) is not None and pair not in measured
    ]
    assert stray == []


def pair_of(rule: Rule) -> tuple[str, str] | None:
    ink = re.fullmatch(r"var\(--([\w-]+)\)", rule.declarations.get("color", ""))
    given = rule.declarations.get("background", rule.declarations.get("background-color", ""))
    ground = re.fullmatch(r"var\(--([\w-]+)\)", given)
    return (ink[1], ground[1]) if ink and ground else None


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_rule_that_gives_a_ground_gives_its_ink(sheet: Path) -> None:
    """Else text on a coloured ground inherits an ink nobody measured. Signs without text are named here."""
    without_text = {f".tint-{number}" for number in range(1, 7)} | {
        ".note::before, .composer-note::before",
        ".dialog::backdrop",
        ".side::backdrop",
    }
    stray = [
        rule.selector
        for rule in rules(sheet.read_text())
        if re.search(r"var\(--", rule.declarations.get("background", "")) and "color" not in rule.declarations
    ]
    assert set(stray) - without_text == set()


@pytest.mark.parametrize(
    "sheet", [sheet for sheet in SHEETS if sheet.name != "tokens.css"], ids=lambda sheet: sheet.name
)
def test_only_the_tokens_name_a_colour(sheet: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|\brgba?\(|\bhsla?\(|\boklch\(", css) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_token_that_is_used_exists(sheet: Path) -> None:
    known = {name for rule in rules(TOKENS) for name in rule.declarations if name.startswith("--")}
    used = set(re.findall(r"var\((--[\w-]+)", sheet.read_text()))
    assert used - known == set()
