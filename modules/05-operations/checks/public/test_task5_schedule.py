"""Beat, as the brief starts it."""

from grader.checkpoint import check


@check("tasks.schedule", seconds=240)
def test_beat_sends_what_is_due(platform, beat, punctual):
    """In a bit more than a day Beat sends each of its five tasks when it is due."""
    punctual(beat(platform(), 26), 26)
