"""The demo operator "Stadtwerke Lindenau": composed from hand-written scenes, filled in through the real actions."""
