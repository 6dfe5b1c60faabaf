"""From what ended a check to what a person reads: whose fault, expected, observed, and where."""
