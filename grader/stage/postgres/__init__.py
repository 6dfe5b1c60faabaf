"""A PostgreSQL seen from beside the project: rows, catalogue and refusals, by sessions of the grader's own."""
