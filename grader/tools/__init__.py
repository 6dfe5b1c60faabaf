"""Programs that look at a submission: in a sandbox, by the course's configuration, and judged outside of it."""
