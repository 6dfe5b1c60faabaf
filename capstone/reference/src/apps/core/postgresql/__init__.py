# FILE SOLUTION 05
"""A database backend for ENGINE: PostgreSQL, counted, whose errors hold no values of rows."""
