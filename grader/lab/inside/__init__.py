"""Runs beside learner code and imports nothing of the grader but the language of the agent."""
