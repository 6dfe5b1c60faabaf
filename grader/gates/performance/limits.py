"""What performance is held against, and the two constants that make numbers of different machines one scale.

``rubric/gates.toml`` has the thresholds that are judged by; these are the same, because measuring stops once they are
decided.
"""

# Milliseconds of one calibration on the machine that 300 ms is meant for, a small shared one: 95 of 100 requests of the
# course's own solution keep 56 ms there, which is 1.36 calibrations.
UNIT_MS = 41.0
P95_MS = 300.0

# What a request of the course's own solution costs, in calibrations, without waiting for processors (N in the decision
# on the duet): the mean of solutions 03, 04 and 05, which cost 1.02, 1.08 and 1.19.
OWN = 1.10
RATIO = 1.25
