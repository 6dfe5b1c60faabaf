# FILE GIVEN 05
"""The commands of `manage.py` about sessions."""
