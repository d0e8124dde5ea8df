"""What is read out of one message besides its topic: signals, language, urgency, and whether it holds several concerns.

Pure: text and facts in, values out. It knows no ticket. Source: handbook S1.28, S2.4, S2.5, S2.10 to S2.12.
"""

from anliegen.flow.automation.signals.reading import SIGNALS, Signal, read

__all__ = ["SIGNALS", "Signal", "read"]
