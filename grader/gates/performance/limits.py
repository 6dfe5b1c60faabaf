"""What performance is held against, and the two constants that make numbers of different machines one scale.

``rubric/gates.toml`` has the thresholds that are judged by; these are the same, because measuring stops once they are
decided.
"""

# Milliseconds that 95 of 100 calibration requests keep on the machine that 300 ms is meant for, a small shared one:
# there, the course's own solution keeps 56 ms, which is 1.36 calibrations.
UNIT_MS = 41.0
P95_MS = 300.0

# What a request of the course's own solution costs, in calibrations, without waiting for processors (N in the decision
# on the duet): solution 03, in whose module it counts. Solutions 04 and 05 cost 1.08 and 1.19.
OWN = 1.05
RATIO = 1.25
