"""Notebooks of nbgrader: what learners receive of one, and what they hand in, graded where it can do no harm."""
