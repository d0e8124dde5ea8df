"""The jobs of this room, where the worker looks for them."""

from anliegen.oversight.compliance.checks import journal_in_full, ledger_in_full

__all__ = ["journal_in_full", "ledger_in_full"]
