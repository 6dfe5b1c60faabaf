"""Settings in layers: `base` holds what is common, the others say what differs.

development   one's own machine, nothing to configure
testing       pytest, fast and the same everywhere
production    everything from the environment, and a refusal to start without it
"""
