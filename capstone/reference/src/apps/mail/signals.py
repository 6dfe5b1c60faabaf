# FILE SOLUTION 05
"""What happens to letters, for whoever listens. Sent after the commit."""

from django.dispatch import Signal

letter_written = Signal()  # letter: it waits
