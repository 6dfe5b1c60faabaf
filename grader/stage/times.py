"""How long things may take, and why so long. Seconds; those of a project as ``grader.agent.deadline`` counts them."""

from grader.agent.deadline import WALL_FACTOR

# A project starts in 1 s and migrates in 2 to 5 s here: ten times that is a fault, whatever the machine.
START_S = 30.0
MIGRATE_S = 60.0
# One answer within a check. The slowest of the course's own takes under 2 s.
LONGEST_ANSWER_S = 15.0
# Beginning or ending a check, which forks and exits and does nothing of the project's.
QUICK_S = 10.0
# Time lost on checks whose process broke off or fell silent; beyond it, the project is not started again. Enough for
# a dozen checks that hang, so that a few faults do not hide what works.
PATIENCE_S = 200.0
# The same where such checks are repeated alone: one that hangs again has had its second chance by then.
PATIENCE_REPEATED_S = 60.0
# Elapsed time in which a lane puts checks to a submission. Beyond it, those that are left fail at once.
LONGEST_S = 1200.0
LONGEST_REPEATED_S = 600.0
# What a lane may take from outside beyond that, for its own start and end.
SPARE_S = 600.0
# A lane between two checks, or collecting them.
BETWEEN_S = 300.0


def longest_check(seconds: float) -> float:
    """Elapsed seconds after which a check with that limit is ended from outside: a start and migrations included."""
    return WALL_FACTOR * (seconds + START_S + MIGRATE_S) + BETWEEN_S
