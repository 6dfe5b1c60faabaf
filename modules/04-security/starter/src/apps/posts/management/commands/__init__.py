"""The commands of `manage.py` about posts."""
