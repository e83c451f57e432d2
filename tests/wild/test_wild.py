"""No case prints a wrong number, whichever of its commands is given; most are right at once."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shapes.running import Answer, run

from .recipes import RECIPES

HOME = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """A folder of files, with what is said of it in case.json."""

    folder: Path
    commands: tuple[str, ...]
    figures: dict[str, float]
    tolerance: float | None = None
    trap: float | None = None
    refusal_is_right: bool = False
    needs_option: bool = False

    @property
    def name(self) -> str:
        return self.folder.name

    def verdicts(self) -> list[tuple[str, Answer]]:
        """Run every command, and judge its answer."""
        answers = [run(command, self.folder) for command in self.commands]
        accepted = list(self.figures.values())
        return [
            (answer.judge(accepted, tolerance=self.tolerance or 1e-6), answer) for answer in answers
        ]


def _case(folder: Path) -> Case:
    said = json.loads((folder / "case.json").read_text("utf-8"))
    for words in ("shape", "source", "how"):
        del said[words]
    return Case(folder, tuple(said.pop("commands")), said.pop("figures"), **said)


CASES = [_case(path.parent) for path in sorted(HOME.glob("*/case.json"))]
NAMES = [case.name for case in CASES]
_seen: dict[str, list[tuple[str, Answer]]] = {}


def _verdicts(case: Case) -> list[tuple[str, Answer]]:
    if case.name not in _seen:
        _seen[case.name] = case.verdicts()
    return _seen[case.name]


def _right_at_once(case: Case) -> bool:
    first = _verdicts(case)[0][0]
    return first == "right" or (first == "refused" and case.refusal_is_right)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_no_command_prints_a_wrong_number(case: Case) -> None:
    for verdict, answer in _verdicts(case):
        assert verdict in {"right", "refused"}, (
            f"{answer.command}: exit {answer.code}, {answer.headline()} for {case.figures}"
            f"{', the trap' if case.trap in answer.headline() else ''}\n{answer.err}"
        )


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_refusals_are_one_clear_sentence_with_a_code(case: Case) -> None:
    for verdict, answer in _verdicts(case):
        if verdict == "refused":
            assert answer.err.startswith("error: "), answer
            assert answer.err.rstrip().endswith("]"), answer
            assert "Traceback" not in answer.err


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_expected_figures_follow_from_the_files(case: Case) -> None:
    computed = RECIPES[case.name](case.folder)
    trap = computed.pop("trap", None)
    assert computed == pytest.approx(case.figures, rel=case.tolerance or 1e-12)
    if case.trap is not None:
        assert trap is not None
        assert math.isclose(trap, case.trap, rel_tol=1e-12)


def test_every_folder_is_a_case_with_a_recipe() -> None:
    assert sorted(RECIPES) == NAMES
    assert len(CASES) == 94


def test_what_needs_an_option_is_right_with_it() -> None:
    for case in CASES:
        if case.needs_option:
            verdicts = [verdict for verdict, _ in _verdicts(case)]
            assert "right" in verdicts, (case.name, verdicts)


def test_most_cases_are_right_at_once() -> None:
    later = {
        case.name: [verdict for verdict, _ in _verdicts(case)]
        for case in CASES
        if not _right_at_once(case)
    }
    share = 1 - len(later) / len(CASES)
    assert share >= 0.85, f"{len(later)} of {len(CASES)} not at once: {later}"
