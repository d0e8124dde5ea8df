"""Personal data out of a text before it leaves, and back into what comes. Pure; what it finds and what not: `docs/flow-assist.md`."""

from anliegen.flow.assist.hiding.hidden import Hider, Known

__all__ = ["Hider", "Known"]
