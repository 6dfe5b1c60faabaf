# FILE SOLUTION 06
"""A second factor: time-based one-time passwords, and recovery codes."""
