# FILE GIVEN 05
"""What an operator does with sessions by hand."""
