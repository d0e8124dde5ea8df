"""The demo operator "Stadtwerke Lindenau": composed from hand-written scenes, then filled in through the real actions."""
