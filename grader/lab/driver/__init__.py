"""Runs in the environment of nbgrader, in a process of its own, and imports nothing of the grader."""
