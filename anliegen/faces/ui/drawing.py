"""How Jinja2 draws our pages: with as few calls as there can be, since a page writes and calls some thousand times.

Three places where Jinja2 itself is general and a page is not: what is written is nearly always text or markup, what is
called is nearly always a component or a plain function, and language and address stay the same from the first word to
the last.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any, NamedTuple

import jinja2
from django.conf import settings
from django.urls import get_script_prefix, get_urlconf
from django.utils import translation
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

_is_special = re.compile("[&<>\"']").search


class Place(NamedTuple):
    """Where and for whom a page is drawn: what its words and addresses depend on."""

    language: str | None
    urlconf: str
    prefix: str


_PLACE: ContextVar[Place | None] = ContextVar("place of the page that is drawn", default=None)


def place() -> Place:
    """While a page is drawn it is asked for hundreds of times, so it is remembered that long."""
    return _PLACE.get() or Place(
        translation.get_language(), get_urlconf() or settings.ROOT_URLCONF, get_script_prefix()
    )


def language() -> str | None:
    """The active language."""
    known = _PLACE.get()
    return known.language if known is not None else translation.get_language()


@contextmanager
def in_one_place() -> Iterator[None]:
    """For as long as a page is drawn: nothing on it changes the language."""
    token = _PLACE.set(None)
    _PLACE.set(place())
    try:
        yield
    finally:
        _PLACE.reset(token)


def written(value: object) -> str:
    """A value as it stands in the HTML, escaped unless it is markup. Only for what is joined, since it may be plain."""
    kind = type(value)  # not its class, about which what is lazy lies
    if kind is Markup:
        return value  # type: ignore[return-value]
    if kind is str:
        return escape(value) if _is_special(value) else value  # type: ignore[call-overload, return-value]
    return str(value) if kind is int else escape(value)


class Remembered(Macro):
    """A macro that is drawn once for the same arguments, which must be plain values.

    Typed, so that markup and the same text unescaped stay apart.
    """

    def __init__(self, macro: Macro) -> None:
        self.__dict__.update(vars(macro))

        @lru_cache(maxsize=4096, typed=True)
        def draw(_language: str | None, *args: Any, **kwargs: Any) -> Any:
            return macro(*args, **kwargs)

        self._draw = draw

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._draw(language(), *args, **kwargs)


PLAIN = {FunctionType, MethodType, Remembered}


class DrawnContext(Context):
    """Calls components and plain functions without looking for what else they might be."""

    def call(self, called: Any, /, *args: Any, _block_vars: Any = None, _loop_vars: Any = None, **given: Any) -> Any:
        kind = type(called)
        if kind is Macro:
            return called(self.eval_ctx, *args, **given)
        if kind in PLAIN and not hasattr(called, "jinja_pass_arg"):
            return called(*args, **given)
        return super().call(called, *args, _block_vars=_block_vars, _loop_vars=_loop_vars, **given)


class DrawnCode(CodeGenerator):
    """Code of a template that writes by `written`, which the environment gives it."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")


class DrawnTemplate(jinja2.Template):
    def render(self, *args: Any, **kwargs: Any) -> str:
        with in_one_place():
            return super().render(*args, **kwargs)


class DrawnEnvironment(jinja2.Environment):
    """Jinja2 with the above; its own points of extension, nothing of it is replaced."""

    code_generator_class = DrawnCode
    context_class = DrawnContext
    template_class = DrawnTemplate
    written = staticmethod(written)
