"""Asks values of the learner's project: ``inside`` runs in the sandboxes, the rest on the trusted side."""

from pathlib import Path

INSIDE = "/grader/inside"
PROGRAM = f"{INSIDE}/__main__.py"


def inside_folder() -> Path:
    """The folder that a sandbox sees, read-only, at ``INSIDE``."""
    return Path(__file__).with_name("inside")
