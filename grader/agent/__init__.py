"""Asks values of the learner's project: ``agent.py`` runs beside it in the sandbox, the rest here on the trusted side."""
