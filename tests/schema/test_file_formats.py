from __future__ import annotations

from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest

from xent_cli.io.source import Source
from xent_cli.schema.file_formats import FORMATS, InputFormat

ROOT = Path(__file__).parents[2]


def test_every_format_has_a_name_that_type_checkers_know() -> None:
    assert get_args(InputFormat) == tuple(FORMATS)


@pytest.mark.parametrize("attribute", ["suffixes", "magic"])
def test_nothing_tells_two_formats(attribute: str) -> None:
    found = list(chain.from_iterable(getattr(form, attribute) for form in FORMATS.values()))
    assert len(set(found)) == len(found)
    assert all(suffix.startswith(".") for suffix in found if isinstance(suffix, str))


@pytest.mark.parametrize("name", FORMATS)
def test_every_reader_exists(name: InputFormat) -> None:
    module, _, reader = FORMATS[name].reader.partition(":")
    found = getattr(import_module(f"xent_cli.io.formats.{module}"), reader)
    assert issubclass(found, Source)


@pytest.mark.parametrize("page", ["README.md", "docs/errors.md", "docs/cli.md"])
@pytest.mark.parametrize("name", FORMATS)
def test_documents_name_every_format(name: str, page: str) -> None:
    words = {"jsonl": "JSON lines"}
    text = (ROOT / page).read_text().casefold()
    assert name in text or words.get(name, name).casefold() in text
