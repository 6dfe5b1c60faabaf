"""Servers of the grader's own that a project sends to: they keep what came, and misbehave when a check says so."""
