"""The nouns of the grader: frozen values, statuses and errors. Standard library only; imports nothing of the grader."""
