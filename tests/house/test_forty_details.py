"""The page of the forty details is true: all of them are there, and each story it names is one that runs."""

import ast
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
STORIES = REPOSITORY / "tests" / "browser"
PAGE = (REPOSITORY / "docs" / "forty-details.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| (\d+) \|.*\|([^|]*)\|$", re.MULTILINE)
STORY = re.compile(r"`(test_\w+\.py)(?:::(test_\w+))?`")


def test_all_forty_are_there_each_with_a_story() -> None:
    lines = [(int(number), STORY.findall(stories)) for number, stories in LINE.findall(PAGE)]
    assert [number for number, _stories in lines] == list(range(1, 41))
    assert [number for number, stories in lines if not stories] == []


def test_every_story_that_is_named_exists() -> None:
    named = STORY.findall(PAGE)
    assert len(named) > 60
    assert [pair for pair in named if not _exists(*pair)] == []


def test_a_story_that_does_not_exist_is_noticed() -> None:
    assert _exists("test_forty.py", "test_nobody_wrote_this") is False
    assert _exists("test_nowhere.py", "test_anything") is False
    assert _exists("test_forty.py", "") is False


def _exists(file: str, story: str) -> bool:
    place = STORIES / file
    if not place.exists():
        return False
    tree = ast.parse(place.read_text(encoding="utf-8"))
    return story in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
