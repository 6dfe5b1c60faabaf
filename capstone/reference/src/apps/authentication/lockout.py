# FILE SOLUTION 04
"""What somebody is told who failed to log in too often."""
