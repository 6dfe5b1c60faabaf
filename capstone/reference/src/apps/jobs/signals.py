# FILE SOLUTION 05
"""What happens to tasks, beside what Celery says itself."""

from django.dispatch import Signal

# task: the name of one that was given up, args: its own, error: the name of the exception
task_dead_lettered = Signal()
task_ended = Signal()  # task: its name, state, seconds: one run is over
