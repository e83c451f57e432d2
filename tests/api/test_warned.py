"""Warnings of results: said to Python where Python is who reads."""

from __future__ import annotations

import warnings

import pytest

from xent_cli import XentWarning, evaluate, explain, gate, worst_rows
from xent_cli.errors import SPELLING


def test_warnings_are_said_once_to_python_and_not_by_the_command_line() -> None:
    q, y = [[1.0, 0.0], [0.5, 0.5]], [1, 0]
    for call in (evaluate, explain, worst_rows):
        with pytest.warns(XentWarning, match=r"\(clipped\)$") as caught:
            found = call(q, y)
        assert [str(item.message) for item in caught] == [
            f"{notice.message} ({notice.code})" for notice in found.warnings
        ]
        assert caught[0].filename == __file__
    with pytest.warns(XentWarning) as caught:
        gate(q, y, baseline=[[0.5, 0.5]] * 2, require="ce <= 1")
    assert len(caught) == len({str(item.message) for item in caught})
    face = SPELLING.set(lambda name, text, literal: name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            evaluate(q, y)
    finally:
        SPELLING.reset(face)
