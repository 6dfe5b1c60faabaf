# FILE SOLUTION 06
"""Log-ins that are unlike those before: noticed, reported, and stopped where that is asked for."""
