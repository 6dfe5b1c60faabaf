# FILE SOLUTION 06
"""Commands of the second factor."""
