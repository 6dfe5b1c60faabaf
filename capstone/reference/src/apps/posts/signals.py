# FILE SOLUTION 05
"""What happens to posts, for whoever listens. Sent after the commit."""

from django.dispatch import Signal

post_published = Signal()  # post: it has just come out
post_read = Signal()  # post_id: somebody has read a post that is out
