# FILE GIVEN 05
"""Real servers for tests, which stop, cut and freeze them as they like."""
