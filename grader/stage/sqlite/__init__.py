"""A SQLite database seen from beside the project: its files, and what a clean process reads in them."""
