# FILE SOLUTION 04
"""Who is there: sessions, tokens, registration and passwords."""
