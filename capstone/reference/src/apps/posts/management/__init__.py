# FILE SOLUTION 03
"""Posts by command."""
