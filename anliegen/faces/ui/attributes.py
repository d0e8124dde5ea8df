"""HTML attributes from keyword arguments: `hx_post=address, disabled=True` -> ` hx-post="..." disabled`."""

from collections.abc import Mapping

from markupsafe import Markup, escape


class ForbiddenAttribute(ValueError):
    """An inline style or an inline script: the content security policy would drop it without a word."""


def attributes(given: Mapping[str, object]) -> Markup:
    """True gives the bare attribute, None and False give nothing, `_` becomes `-` and a last `_` falls away."""
    parts = []
    for name, value in given.items():
        if value is None or value is False:
            continue
        name = name.rstrip("_").replace("_", "-")
        if name == "style" or name.startswith(("on", "hx-on", "hx-vals-js")):
            raise ForbiddenAttribute(name)
        parts.append(f" {name}" if value is True else f' {name}="{escape(value)}"')
    return Markup("".join(parts))  # noqa: S704 (names are the template author's, values are escaped)
