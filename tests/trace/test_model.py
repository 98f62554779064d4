from __future__ import annotations

import pytest

from pytest_asyncgrade.trace import (
    Blocked,
    Line,
    Outcome,
    Output,
    Place,
    Raised,
    Recording,
    Seconds,
    Trace,
    UnfinishedRunError,
)

ASPECTS = ["output", "stderr", "elapsed", "result", "tasks", "blocked", "busy_waits", "max_concurrency"]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.FINISHED])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_of_an_unfinished_run_nothing_can_be_judged(outcome: Outcome, aspect: str) -> None:
    trace = Trace(outcome, "it fell over", Recording())
    with pytest.raises(UnfinishedRunError, match=r"^it fell over$"):
        getattr(trace, aspect)
    assert getattr(trace.partial, aspect) == getattr(Trace(Outcome.FINISHED, "", Recording()), aspect)


def test_an_output_equals_its_texts() -> None:
    line = Line("hi", Seconds(1), place=Place("p.py", 3, "f"))
    output = Output([line, Line("you", Seconds(2))])
    assert output == ["hi", "you"]
    assert output == ("hi", "you")
    assert output != ["you"]
    assert output == Output(list(output))
    assert output != 3
    assert output[1:] == ["you"]
    assert output[0] is line
    assert "hi" in output
    assert line in output
    assert "h" not in output
    assert output.text == "hi\nyou\n"
    assert repr(output) == "<output: ['hi', 'you']>"
    assert (str(line), line.function, line.lineno) == ("hi", "f", 3)
    assert (output[1].function, output[1].lineno) == (None, None)


def test_things_show_themselves_in_words() -> None:
    assert str(Raised("OSError", "disk full")) == "OSError: disk full"
    assert str(Raised("KeyError", "")) == "KeyError"
    assert str(Place("p.py", 3, "f")) == "line 3"
    assert repr(Blocked(Seconds(0.1), Seconds(0.3)).seconds) == "0.2 s"
