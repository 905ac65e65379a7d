"""Django's test runner, with a JUnit report beside it.

    JUNIT_XML=/reports/junit.xml PYTHONPATH=<this folder> python manage.py test --testrunner=socle_junit.Runner

What it reports is what unittest itself counts; the form is that of Ant and Jenkins, which every reader takes.
"""

import os
import time
import unittest
from xml.etree import ElementTree

from django.test.runner import DiscoverRunner


class Result(unittest.TextTestResult):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.suite = ElementTree.Element("testsuite", name="django")
        self.began = time.monotonic()
        self.started = self.began

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def note(self, test, outcome=None, text=""):
        module, _, name = test.id().rpartition(".")
        spent = f"{time.monotonic() - self.started:.3f}"
        case = ElementTree.SubElement(self.suite, "testcase", classname=module, name=name, time=spent)
        if outcome:
            # XML has no place for control characters.
            printable = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
            ElementTree.SubElement(case, outcome, message=printable.strip().split("\n")[-1]).text = printable

    def addSuccess(self, test):
        super().addSuccess(test)
        self.note(test)

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, "error", self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "failure", self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            failed = issubclass(err[0], test.failureException)
            found = self.failures if failed else self.errors
            self.note(subtest, "failure" if failed else "error", found[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped", reason)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.note(test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, "failure", "succeeded against expectation")

    def write(self, path):
        count = lambda outcome: str(len(self.suite.findall(f"testcase/{outcome}")))
        self.suite.attrib.update(
            tests=str(len(self.suite)),
            failures=count("failure"),
            errors=count("error"),
            skipped=count("skipped"),
            time=f"{time.monotonic() - self.began:.3f}",
        )
        ElementTree.ElementTree(self.suite).write(path, encoding="utf-8", xml_declaration=True)


class Runner(DiscoverRunner):
    def get_resultclass(self):
        return Result

    def run_suite(self, suite, **kwargs):
        result = super().run_suite(suite, **kwargs)
        result.write(os.environ["JUNIT_XML"])
        return result
