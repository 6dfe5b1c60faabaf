# FILE SOLUTION 04
"""What happens to accounts, for whoever listens. Sent within the transaction that does it."""

from django.dispatch import Signal

account_closed = Signal()  # user: a listener that raises keeps it open
