# FILE SOLUTION 06
"""What is noticed, for whoever counts it."""

from django.dispatch import Signal

# With `anomaly`, an anomalies.models.Anomaly.
anomaly_reported = Signal()
