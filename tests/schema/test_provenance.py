from __future__ import annotations

from dataclasses import replace

from xent_cli.schema.provenance import Input, Matches, matches_of

PREDS = Input("preds", "p.csv", "csv", 10, ("p",), "id", 2, weight="w", slices=("age", "country"))
LABELS = Input("labels", "y.csv", "csv", 9, ("y",), "key", 1)


def test_matches_add_up_over_reports() -> None:
    assert matches_of([PREDS, LABELS]) == Matches(8, 2, 1)
    assert matches_of([PREDS, LABELS, PREDS, LABELS]) == Matches(16, 4, 2)
    assert matches_of([replace(item, unmatched=None) for item in (PREDS, LABELS)]) is None
    assert matches_of([]) is None


def test_warnings() -> None:
    assert list(Matches(8, 0, 0).warnings()) == []
    (notice,) = Matches(8, 2, 1).warnings()
    assert notice.message.startswith(
        "3 rows left out because the other input lacks their id: 2 of the"
    )
    (notice,) = Matches(8, 0, 1).warnings()
    assert notice.message.startswith("1 row left out")


def test_round_trip_and_reports_of_before() -> None:
    assert Input.from_dict(PREDS.to_dict()) == PREDS
    before = {key: PREDS.to_dict()[key] for key in ("role", "path", "format", "rows", "columns")}
    assert Input.from_dict(before) == Input("preds", "p.csv", "csv", 10, ("p",))
