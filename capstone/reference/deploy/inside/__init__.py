# FILE SOLUTION 06
"""What runs with the code of a release."""
