"""Specs: their signature, their equality, and their way through JSON."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from xent_cli.errors import SignatureError
from xent_cli.schema.slicing import SliceColumn, Slicing
from xent_cli.schema.spec import Spec

SPEC = Spec("sparse", ("cat", "dog", "owl"))
CHANGES = {
    "mode": "categorical",
    "classes": ("cat", "dog", "elk"),
    "scale": "logits",
    "eps": 0.0,
    "row_sums": "ignore",
    "invalid": "drop",
    "weighted": True,
    "class_weights": (1.0, 2.0, 3.0),
    "ignore": ("-100",),
    "smoothing": 0.1,
    "unit": "bits",
    "align": "name",
    "multilabel": True,
    "by": (Slicing((SliceColumn("country"),)),),
    "cluster": "user id",
    "unmatched": "error",
    "label_sums": "renormalize",
}


def test_signature():
    assert SPEC.signature("1.2.3") == (
        "xent|mode:sparse|from:probs|k:3|classes:e2c4bd|eps:2.2e-16|sums:check|invalid:error|"
        "weights:none|ignore:none|smooth:0|unit:nats|align:position|v:1.2.3"
    )


def test_signature_in_full():
    spec = replace(
        SPEC, eps=1e-15, weighted=True, class_weights=(1.0, 2.0, 0.5), ignore=("-1",), smoothing=0.1
    )
    parts = dict(part.split(":", 1) for part in spec.signature("0")[5:].split("|"))
    assert parts["eps"] == "1e-15"
    assert parts["smooth"] == "0.1"
    assert parts["weights"].startswith("rows+classes-")
    assert len(parts["ignore"]) == 6
    multilabel = replace(spec, mode="binary", multilabel=True)
    assert "|mode:binary-multilabel|" in multilabel.signature("0")
    assert "|align:position+id|v:" in replace(SPEC, unmatched="error").signature("0")
    assert "|align:position+id|unmatched:drop|v:" in replace(SPEC, unmatched="drop").signature("0")


@pytest.mark.parametrize("name", [item.name for item in fields(Spec)])
def test_every_field_shows_and_separates(name):
    other = replace(SPEC, **{name: CHANGES[name]})
    assert other.signature("1") != SPEC.signature("1")
    with pytest.raises(SignatureError) as caught:
        SPEC.require_equal(other)
    assert f" {name} is " in caught.value.message
    assert caught.value.message.startswith("The two results have different options: ")


def test_equal_specs_pass():
    assert SPEC.require_equal(replace(SPEC)) is None


def test_names_that_run_together_differ():
    one, two = Spec("sparse", ("ab", "c")), Spec("sparse", ("a", "bc"))
    assert one.signature("1") != two.signature("1")


def test_long_values_are_cut():
    many = replace(SPEC, classes=tuple(f"class {i}" for i in range(100)))
    with pytest.raises(SignatureError) as caught:
        SPEC.require_equal(many)
    assert "..." in caught.value.message
    assert len(caught.value.message) < 250


def test_number_of_classes():
    assert SPEC.n_classes == 3
    assert Spec("binary", ("0", "1")).n_classes == 2


@pytest.mark.parametrize("name", CHANGES)
def test_json(name):
    spec = replace(SPEC, **{name: CHANGES[name]})
    assert Spec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_unknown_fields():
    with pytest.raises(ValueError, match=r"unknown fields \['colour'\]"):
        Spec.from_dict(SPEC.to_dict() | {"colour": "red"})
