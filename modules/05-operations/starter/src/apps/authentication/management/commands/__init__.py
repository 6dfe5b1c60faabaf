"""The commands of `manage.py` about sessions."""
