# FILE SOLUTION 05
"""What happens to comments, for whoever listens. Sent after the commit."""

from django.dispatch import Signal

comment_submitted = Signal()  # comment: it waits
comment_moderated = Signal()  # comment: it was approved or rejected
