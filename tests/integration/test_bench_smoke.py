"""`make bench` runs, agrees with its floors and prints ratios. No time is judged here: machines differ."""

import re
import subprocess
import sys

import pytest

from app.config import ROOT

pytestmark = pytest.mark.slow


def test_the_quick_benchmark_prints_a_ratio_for_every_measure() -> None:
    command = [sys.executable, "-m", "tests.bench", "--quick", "--sizes", "200", "--databases", "sqlite"]

    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    for name in (
        "figures: whole",
        "a manager's team",
        "trend",
        "rebuild of everyone",
        "one completion",
        "page:",
    ):
        lines = [line for line in answer.stdout.splitlines() if line.startswith(name)]
        assert lines, f"nothing is said of {name}"
        assert all(re.search(r"sqlite +[\d.]+ +[\d.]+ +[\d.e+-]+", line) for line in lines)
    assert "random writes, then 0 differences" in answer.stdout


def test_the_benchmark_of_certificates_agrees_with_its_floor() -> None:
    command = [sys.executable, "-m", "tests.bench.certificates", "--number", "8"]

    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert re.search(r"^ratio \d+\.\d\d, goal 1\.3", answer.stdout, re.MULTILINE)
