# FILE SOLUTION 06
"""What happens to second factors, for whoever counts it."""

from django.dispatch import Signal

# With `outcome`, a mfa.checking.Outcome.
code_checked = Signal()
