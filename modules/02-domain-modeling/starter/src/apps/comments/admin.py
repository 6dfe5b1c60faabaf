"""Comments in the admin."""

# TODO(02): register Comment (brief, task 2).
