from grader.checkpoint import check, expect


@check("said.hidden")
def test_command(manage, case):
    """The command `explain` succeeds."""
    case.note_command(False, "from a fresh sandbox", True)
    expect(manage("explain").code, equal_to=0)
