"""JUnit XML for continuous integration: a suite per student and exercise, a case per check.

A lost check is a failure.  So is a check that could not be judged, since readers omit skipped cases from the total.  A
grader's mistake is an error.  Counts match, XML forbids none of the characters, (classname, name) is unique, and
Jenkins knows all elements and attributes.
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict
from pytest_asyncgrade.trace.text import printable

from . import phrases
from .safe_text import inert
from .view import Reason, unique

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import CheckResult, Grade, Work

    from .about import About

_TAGS = {Verdict.FAILED: "failure", Verdict.NOT_RUN: "failure", Verdict.ERROR: "error"}
_COUNTS = {"failures": "failure", "errors": "error"}
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(grade: Grade, _about: About) -> str:
    """Return the grade as JUnit XML."""
    root = ET.Element("testsuites", _counts(list(grade.checks)) | {"name": "asyncgrade"})
    for work in grade.works:
        _suite(root, work)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{inert(ET.tostring(root, encoding="unicode"))}\n'


def _counts(checks: list[CheckResult]) -> dict[str, str]:
    counts = {name: sum(_TAGS.get(check.verdict) == tag for check in checks) for name, tag in _COUNTS.items()}
    seconds = sum(check.duration for check in checks)
    return {"tests": str(len(checks)), **{k: str(v) for k, v in counts.items()}, "time": f"{seconds:.3f}"}


def _suite(root: ET.Element, work: Work) -> None:
    name = _clean(phrases.title(work))
    suite = ET.SubElement(root, "testsuite", _counts(list(work.checks)) | {"name": name})
    if work.isolation:
        properties = ET.SubElement(suite, "properties")
        ET.SubElement(properties, "property", {"name": "isolation", "value": work.isolation})
    names = unique(_clean(check.name) for check in work.checks)
    for check, unique_name in zip(work.checks, names, strict=True):
        fields = {"classname": name, "name": unique_name, "time": f"{check.duration:.3f}"}
        case = ET.SubElement(suite, "testcase", fields)
        if check.verdict is not Verdict.PASSED:
            _add_failure(case, check)


def _add_failure(case: ET.Element, check: CheckResult) -> None:
    failure = check.failure
    message = (_clean(failure.rationale) if failure else "") or check.verdict.value
    element = ET.SubElement(case, _TAGS[check.verdict], {"type": check.verdict.value, "message": message})
    if failure is not None:
        texts = Reason.whole(failure).texts(most=None)
        element.text = "\n".join(_clean(line) for text in texts for line in text.split("\n"))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("?", printable(text))
