"""A comment."""

# TODO(02): Comment, with its rules, constraints and questions (brief, tasks 2 to 4, 6 and 7).
