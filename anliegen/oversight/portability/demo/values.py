"""The numbers of a scene: "310..890" draws one, "a|b" chooses a word, "neu - abschlag" calculates."""

import ast
import operator
import random
import re
from collections.abc import Callable, Iterable, Mapping

Value = int | float | str

_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class BadValue(ValueError):
    """A scene calculates with something that is not there."""


def work_out(
    specs: Iterable[tuple[str, str]], known: Mapping[str, Value], pick: Callable[[str, int], int], chance: random.Random
) -> dict[str, Value]:
    """The values by name, in their order; later ones may use earlier ones and what is `known`."""
    found: dict[str, Value] = {}
    for name, spec in specs:
        if match := _RANGE.fullmatch(spec):
            found[name] = _between(match.group(1), match.group(2), chance)
        elif "|" in spec:
            options = [option.strip() for option in spec.split("|")]
            found[name] = _as_number(options[pick(name, len(options))])
        else:
            found[name] = _calculated(spec, {**known, **found})
    return found


def _between(low: str, high: str, chance: random.Random) -> Value:
    """A whole number between whole numbers; an amount with cents between amounts; one place where the ends have one."""
    if "." not in low + high:
        return chance.randint(int(low), int(high))
    places = max(len(end.partition(".")[2]) for end in (low, high))
    return round(chance.uniform(float(low), float(high)), places)


def _as_number(word: str) -> Value:
    return int(word) if word.isdigit() and (word == "0" or not word.startswith("0")) else word


def _calculated(spec: str, known: Mapping[str, Value]) -> Value:
    result = _evaluate(ast.parse(spec, mode="eval").body, known)
    return round(result) if float(result).is_integer() else round(result, 2)


def _evaluate(node: ast.expr, known: Mapping[str, Value]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name) if isinstance(known.get(name), int | float):
            return float(known[name]) if isinstance(known[name], float) else int(known[name])
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(left, known), _evaluate(right, known))
    raise BadValue(ast.unparse(node))
