"""The journal: one table of what happened, who did it and why; many readers. Room of the ground floor.

Import names from the modules: `actors`, `verbs`, `record`, `seal`, `read`, `verify`.
"""
