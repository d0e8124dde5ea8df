"""The splits behind the published figures: drawn by one rule, with nothing of a test among what is learnt from."""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.learning.example import Example
from tests.flow.automation.learning.examples import SAID, made_up
from tools import splits
from tools.splits import FEW, SEED, main, of_each, read

sizes = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 40), min_size=1)
rules = st.sampled_from([lambda size: round(size / 10), lambda size: round(size / 5), lambda _size: FEW])


def numbered(of_label: dict[str, int]) -> list[Example]:
    return [Example(f"{label} {number}", label) for label, size in of_label.items() for number in range(size)]


def written(path: Path, examples: list[Example]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *((one.text, one.label) for one in examples)])


@given(sizes, rules, st.integers(0, 10_000))
def test_of_each_category_so_many_are_drawn_as_the_rule_says_and_the_others_are_all_others(
    of_label: dict[str, int], number: Callable[[int], int], seed: int
) -> None:
    examples = numbered(of_label)
    drawn, rest = of_each(examples, number, seed)
    counted = Counter(one.label for one in drawn)
    assert {label: counted[label] for label in of_label} == {
        label: min(number(size), size) for label, size in of_label.items()
    }
    assert Counter(drawn + rest) == Counter(examples)


@given(sizes, rules, st.integers(0, 10_000))
def test_the_same_seed_draws_the_same(of_label: dict[str, int], number: Callable[[int], int], seed: int) -> None:
    examples = numbered(of_label)
    assert of_each(examples, number, seed) == of_each(examples, number, seed)


def test_each_draw_of_few_takes_others_and_tries_all_that_it_did_not_take(tmp_path: Path) -> None:
    examples = numbered({"card": 60, "transfer": 50})
    written(tmp_path / "banking77-train.csv", examples)
    first, second = (made() for name, made in splits.splits(tmp_path, 2) if "draw" in name)
    assert first[0] != second[0]
    for train, test in (first, second):
        assert Counter(one.label for one in train) == {"card": FEW, "transfer": FEW}
        assert Counter(train + test) == Counter(examples)


def test_a_tenth_or_a_fifth_of_each_category_is_kept_for_the_test(tmp_path: Path) -> None:
    examples = numbered({"card": 60, "transfer": 50})
    for name in ("banking77-train.csv", "german-chatbot-train.csv"):
        written(tmp_path / name, examples)
    made = dict(splits.splits(tmp_path, 0))
    tests = {name: Counter(one.label for one in made[name]()[1]) for name in ("BANKING77", "German chatbot")}
    assert tests == {"BANKING77": {"card": 6, "transfer": 5}, "German chatbot": {"card": 12, "transfer": 10}}


def test_clinc_is_tried_on_its_own_files_together(tmp_path: Path) -> None:
    train, known, strange = numbered({"card": 3}), [Example("my card", "card")], [Example("cake", splits.UNKNOWN)]
    written(tmp_path / "clinc150-train.csv", train)
    written(tmp_path / "clinc150-val.csv", known)
    written(tmp_path / "clinc150-oos_val.csv", strange)
    assert dict(splits.splits(tmp_path, 0))["CLINC150"]() == (train, known + strange)


def test_what_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    examples = [Example('Zähler, "neu"\nund alt', "zähler"), Example("", "leer")]
    written(tmp_path / "some.csv", examples)
    assert read(tmp_path, "some.csv", "some.csv") == examples * 2


def test_a_set_that_is_not_there_is_said_and_the_others_are_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "german-chatbot-train.csv", made_up(20, SEED))
    assert main([str(tmp_path), "--encoder", "none", "--few", "1"]) == 0
    _heads, banking, clinc, german, few = capsys.readouterr().out.splitlines()
    assert banking.split() == ["BANKING77", "left", "out:", "banking77-train.csv", "is", "not", "there"]
    assert clinc.endswith("left out: clinc150-train.csv is not there")
    assert few.endswith("left out: banking77-train.csv is not there")
    assert german.split()[2:4] == [str(16 * len(SAID)), str(4 * len(SAID))]
    assert german.split()[-1] == "none"


def test_an_encoder_that_nobody_knows_is_refused_before_anything_is_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path), "--encoder", "bert"])
    said = capsys.readouterr()
    assert (said.out, "no encoder is called bert" in said.err) == ("", True)
