"""What a check's own line raised over an answer, as words about the answer."""

_MISSING = "None where something else was expected: did a function return nothing, or is a row missing?"


def odd_answer(error: Exception, *, public: bool) -> str:
    """What was wrong with the answer; a hidden check's keys and values are not told."""
    text = str(error)
    match error:
        case KeyError():
            return f"{text} is not in the answer" if public else "something is missing from the answer"
        case IndexError():
            return "fewer items in the answer than there have to be"
        case TypeError() | AttributeError() if "NoneType" in text:
            return _MISSING
        case ValueError() if "unpack" in text:
            return "another number of items in the answer than there have to be"
    named = f"{type(error).__name__}: {text}" if public else f"a {type(error).__name__}"
    return f"an answer of another shape than can be read ({named})"
