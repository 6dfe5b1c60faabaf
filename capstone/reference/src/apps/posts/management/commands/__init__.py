# FILE SOLUTION 03
"""The commands of `manage.py` about posts."""
