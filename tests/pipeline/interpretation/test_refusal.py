"""Refusal: what remains is named, with options that choose it, each of which was tried."""

from __future__ import annotations

import pandas as pd
import pytest

from xent_cli.errors import SwappedInputsError, XentError
from xent_cli.pipeline.infer import make_plan
from xent_cli.pipeline.interpretation.choice import choose
from xent_cli.pipeline.interpretation.refusal import refuse

from .asking import chosen, question


@pytest.mark.parametrize(
    ("names", "patterns"),
    [
        ("lr_a lr_b dt_a dt_b y", ("lr_*", "dt_*")),
        ("a_lr b_lr a_dt b_dt y", ("*_lr", "*_dt")),
        ("m1_a m1_b m10_a m10_b y", ("m1_*", "m10_*")),
    ],
)
def test_a_pattern_chooses_what_is_named(names: str, patterns: tuple[str, ...]) -> None:
    text = f"{names}; 0.7 0.3 0.5 0.5 a; 0.4 0.6 0.75 0.25 b; 0.2 0.8 0.9 0.1 a"
    asked = question(text)
    hint = refuse(asked, choose(asked)).hint
    assert hint == f'Use pred_cols="{patterns[0]}" or pred_cols="{patterns[1]}".'
    for at, pattern in enumerate(patterns):
        assert chosen(text, pred_cols=(pattern,)).preds == tuple(names.split()[2 * at : 2 * at + 2])


def test_a_column_is_named_as_it_is_called() -> None:
    asked = question(
        "p_a p_b; 0.7 0.3; 0.4 0.6", pd.DataFrame({"vet, first": ["a", "b"], "[vet]": ["b", "b"]})
    )
    error = refuse(asked, choose(asked))
    assert error.hint == 'Use label_col="vet, first" or label_col="[vet]".'


WAYS = {
    "70 30; 40 60": 'Use scale="percent" if these are percentages.',
    "1.5 -1; 0.25 3": 'Use scale="logits" if these are logits.',
    "-0.69315 -0.69315; -1.38629 -0.28768": 'Use scale="logprobs" if these are logarithms of '
    "probabilities.",
    "7 3; 4 6": 'Use row_sums="renormalize" to divide each row by its sum.',
    "0.7 0.7; 0.4 0.4": 'Use row_sums="renormalize" to divide each row by its sum or '
    'row_sums="ignore" to keep the values.',
    "4 0.25; 0.5 2": "They look like odds. Write probabilities instead.",
    "0.69315 0.69315; 1.38629 0.28768": "They look like negative logarithms of probabilities. "
    "Write probabilities instead.",
    "1.5 2.25; 0.25 3": "If these are the predictions, set scale to what they hold.",
}


@pytest.mark.parametrize("rows", WAYS)
def test_only_what_the_values_allow_is_named(rows: str) -> None:
    assert _refused(f"p_a p_b; {rows}", "y; a; b").hint == WAYS[rows]


@pytest.mark.parametrize("rows", ["0.7 0.6; 0.4 0.1", "1.5 -1; 0.25 3"])
def test_features_are_not_explained_as_predictions(rows: str) -> None:
    hint = _refused(f"length width; {rows}", "y; 0; 1").hint
    assert "pred_cols" in hint
    assert "row_sums" not in hint
    assert "logits" not in hint


def test_cumulative_probabilities_are_not_divided() -> None:
    hint = _refused("p_0 p_1 p_2; 0.2 0.6 1; 0.1 0.8 1", "y; 0; 1").hint
    assert hint == "They look like cumulative probabilities. Write probabilities instead."


def test_one_hot_columns_of_other_classes_are_no_positions() -> None:
    rows = "; 0.7 0.2 0.1; 0.4 0.5 0.1; 0.2 0.2 0.6"
    asked = question(f"cat dog owl{rows}", "north south west; 0 1 0; 1 0 0; 0 0 1")
    assert (
        refuse(asked, choose(asked)).hint == "Rename the label columns like the prediction columns."
    )


def test_inputs_in_the_wrong_order() -> None:
    asked = question("y; a; b", "p_a p_b; 0.7 0.3; 0.4 0.6")
    assert isinstance(refuse(asked, choose(asked)), SwappedInputsError)


def _refused(preds: str, labels: str) -> XentError:
    asked = question(preds, labels)
    with pytest.raises(XentError) as caught:
        make_plan(asked.preds.source, asked.labels.source, asked.options)
    return caught.value
