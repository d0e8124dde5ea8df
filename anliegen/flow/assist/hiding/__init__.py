"""Personal data out of a text before it leaves, and back into what comes. Pure.

What it finds and what not stands in `docs/flow-assist.md`.
"""

from anliegen.flow.assist.hiding.hidden import Hider, Known

__all__ = ["Hider", "Known"]
