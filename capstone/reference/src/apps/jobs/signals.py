# FILE SOLUTION 05
"""What happens to tasks, beside what Celery says itself."""

from django.dispatch import Signal

task_buried = Signal()  # task: the name of one that was given up
task_ended = Signal()  # task: its name, state, seconds: one run is over
