from grader.checkpoint import check, expect


@check("said.manage")
def test_command(manage):
    """The command `explain` succeeds."""
    expect(manage("explain").code, equal_to=0)


@check("said.later")
def test_later(manage):
    """The last command counts."""
    assert not manage("explain").ok
    assert manage("check").ok
    expect("the answer", equal_to="another")


@check("said.tool")
def test_tool(case):
    """A program that looks at the submission succeeds; it has a sandbox of its own."""
    case.note_command(False, "from a fresh sandbox", True)
    expect(1, equal_to=0)
