"""The probes, asked as an orchestrator asks them."""

# TODO(01): test the probes, with their services there and away (brief, task 4).
