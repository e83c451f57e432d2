"""Every hint in the code is followed, as written: to the right number, or to a further refusal."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import xent_cli
from xent_cli import errors

from .following import Named, Scenario, follow, recorder
from .scenarios import SCENARIOS, SUBJECTS
from .sites import HOME, sites
from .test_surroundings import SURROUNDINGS


@pytest.fixture(scope="module")
def named() -> Iterator[Named]:
    """Write down every option that a message names while the tests of this module run."""
    for module in pkgutil.walk_packages(xent_cli.__path__, "xent_cli."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: Named = []
    original = errors.option
    double = recorder(original, HOME, found)
    mine = [m for name, m in sys.modules.items() if name.startswith("xent_cli")]
    mine = [module for module in mine if getattr(module, "option", None) is original]
    for module in mine:
        vars(module)["option"] = double
    yield found
    for module in mine:
        vars(module)["option"] = original


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.command)
def test_a_hint_leads_to_the_right_number_or_a_refusal(
    scenario: Scenario, tmp_path: Path, named: Named
) -> None:
    named.clear()
    follow(scenario, tmp_path, named)


def test_every_hint_in_the_code_has_a_scenario() -> None:
    tried = Counter(site for scenario in SCENARIOS for site in scenario.sites)
    known = sites()
    assert not SUBJECTS.keys() - known.keys(), "these are gone"
    assert not tried.keys() - known.keys(), "these are gone"
    known.subtract(SUBJECTS)
    known.subtract(SURROUNDINGS)
    lacking = {site: n - tried[site] for site, n in known.items() if n > tried[site]}
    assert not lacking, "each needs a line in tests/hints/scenarios.py"
