# FILE SOLUTION 05
"""What happens to e-mails, for whoever listens. Sent after the commit."""

from django.dispatch import Signal

email_written = Signal()  # e-mail: it waits
