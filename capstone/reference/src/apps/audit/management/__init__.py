# FILE SOLUTION 06
"""Commands of the audit log."""
