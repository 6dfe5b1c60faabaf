"""Asks values of the learner's project: ``agent.py`` runs beside it in the sandbox, the rest on the trusted side."""

from pathlib import Path


def agent_file() -> Path:
    """The one file that goes into the sandbox."""
    return Path(__file__).with_name("agent.py")
