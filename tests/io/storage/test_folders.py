"""What lies in folders: everything is read once, or an error names what cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xent_cli import Report, evaluate
from xent_cli.errors import MissingFileError, SameInputError, XentError
from xent_cli.io.storage.listing import Listing, find
from xent_cli.render.dispatch import render
from xent_cli.render.view import View

ROW = "p_0,p_1,y\n0.9,0.1,0\n"


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ROW)
    return path


def found(path: Path | str, base: Path) -> list[str]:
    listing = find(str(path))
    assert isinstance(listing, Listing)
    return [os.path.relpath(file.path, base) for file, _ in listing.parts]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Data in a folder, in one below it, and in one outside that a link leads to."""
    for name in ("d/a.csv", "d/sub/b.csv", "d/_tmp/x.csv", "d/sub/_old/x.csv", "out/c.csv"):
        put(tmp_path / name)
    (tmp_path / "d" / "link").symlink_to(tmp_path / "out")
    return tmp_path / "d"


def test_a_folder_and_the_patterns_over_it_read_the_same_files(tree: Path) -> None:
    expected = ["a.csv", "link/c.csv", "sub/b.csv"]
    assert found(tree, tree) == expected
    for pattern in ("**/*.csv", "**", "*", "**/**", "**/*", "**/?.csv"):
        assert found(tree / pattern, tree) == expected, pattern
    assert found(f"{tree}/*/", tree) == expected[1:]
    os.symlink(tree, tree.parent / "other")
    assert found(tree.parent / "other", tree.parent / "other") == expected


def test_a_link_back_is_seen(tree: Path) -> None:
    (tree / "sub" / "back").symlink_to(tree)
    (tree / "self").symlink_to(".")
    for path in (tree, tree / "**" / "*.csv", tree / "*"):
        assert found(path, tree) == ["a.csv", "link/c.csv", "sub/b.csv"]


def test_links_in_a_ring_end(tmp_path: Path) -> None:
    for here, there in ("ab", "ba"):
        put(tmp_path / here / "x.csv")
        (tmp_path / here / "on").symlink_to(tmp_path / there)
    with pytest.raises(SameInputError, match="are the same file"):
        find(str(tmp_path))


@pytest.mark.parametrize("target", ["sub", "a.csv"])
def test_rows_that_would_count_twice_by_a_link(target: str, tree: Path) -> None:
    (tree / "latest.csv").symlink_to(tree / target)
    for path in (tree, tree / "**" / "*.csv", tree / "*"):
        with pytest.raises(SameInputError, match=r"are the same file, because of a link"):
            find(str(path))
    assert found(tree / "sub*", tree) == ["sub/b.csv"]


def test_equal_files_that_are_no_links_count_each(tree: Path) -> None:
    os.link(tree / "a.csv", tree / "a2.csv")
    assert "a2.csv" in found(tree, tree)


@pytest.mark.parametrize("name", ["lost", "lost.csv", "round"])
def test_links_that_lead_nowhere(name: str, tree: Path) -> None:
    (tree / name).symlink_to(name if name == "round" else tree.parent / "gone")
    for path in (tree, tree / "**" / "*.csv", tree / "*"):
        with pytest.raises(MissingFileError, match=rf"{name} is a link to"):
            find(str(path))
    (tree / name).rename(tree / f".#{name}")
    assert len(found(tree, tree)) == 3


@pytest.mark.parametrize("path", ["", "**/*.csv", "*", "*/b.csv", "s*/*.csv"])
def test_a_folder_that_cannot_be_listed(
    path: str, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Patched, for root may list everything."""
    scandir, locked = os.scandir, os.path.join(tree, "sub")

    def refuse(place: str) -> object:
        if os.path.realpath(place) == locked:
            raise PermissionError(13, "Permission denied")
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refuse)
    if path == "*/b.csv":  # Who may enter may read what he can name.
        assert found(tree / path, tree) == ["sub/b.csv"]
        return
    with pytest.raises(MissingFileError, match=r"folder .*sub cannot be listed: Permission denied"):
        find(str(tree / path))


def test_a_folder_that_cannot_be_entered(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it holds what a pattern names is not known. Patched, for root may enter every one."""
    lstat, locked = os.lstat, os.path.join(tree, "sub")

    def refuse(place: str, **how: int) -> os.stat_result:
        if os.path.dirname(place) == locked:
            raise PermissionError(13, "Permission denied")
        return lstat(place, **how)

    monkeypatch.setattr(os, "lstat", refuse)
    for path in ("*/b.csv", "s*/c.csv", "**/b.csv"):
        with pytest.raises(MissingFileError, match=r"folder .*sub cannot be listed: Permission"):
            find(str(tree / path))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="There is no folder .*nowhere"):
        find(str(tmp_path / "nowhere" / "*.csv"))


def test_pipes_among_files(tree: Path) -> None:
    os.mkfifo(tree / "socket")
    assert len(found(tree, tree)) == 3  # Its name does not say that it is data.
    os.mkfifo(tree / "pipe.csv")
    for path in (tree, tree / "*.csv", tree / "*"):
        with pytest.raises(XentError, match="is not a file but a pipe"):
            find(str(path))


def test_folders_named_like_files_as_spark_writes_them(tmp_path: Path) -> None:
    put(tmp_path / "run1" / "preds.csv" / "part-0.csv")
    put(tmp_path / "run1" / "preds.csv" / "_SUCCESS")
    put(tmp_path / "run2" / "preds.csv")
    assert found(tmp_path / "run*" / "preds.csv", tmp_path) == [
        "run1/preds.csv/part-0.csv",
        "run2/preds.csv",
    ]
    assert len(found(tmp_path / "run*", tmp_path)) == 2


def test_names_with_digits_of_all_kinds(tmp_path: Path) -> None:
    names = ["1.csv", "1²3.csv", "1²20.csv", "2.csv", "10.csv", "²2.csv", "²10.csv", "٣.csv"]
    for name in names:
        put(tmp_path / name)
    assert sorted(found(tmp_path, tmp_path)) == sorted(names)
    assert found(tmp_path / "[0-9²]*", tmp_path) == names[:-1]


@pytest.mark.parametrize(("path", "files"), [("", 3), ("*.csv", 2), ("sub/**", 1), ("a.csv", 1)])
def test_the_number_of_files_is_in_the_report(path: str, files: int, tree: Path) -> None:
    put(tree / "a2.csv")
    (tree / "link").unlink()
    report = evaluate(os.path.join(tree, path))
    assert [item.files for item in report.inputs] == [files, files]
    assert report.n == files
    assert Report.from_dict(report.to_dict()) == report
    assert (f"({files} files)" in render(report, "table", View())) == (files > 1)
    assert [item.files for item in evaluate([[0.5, 0.5]], [0]).inputs] == [None, None]


def test_folders_whose_names_are_no_utf8(tmp_path: Path) -> None:
    for name in (b"k=\xff", b"k=\xfe"):
        place = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))
        put(place / "a.csv")
    report = evaluate(str(tmp_path), by="k")
    assert [row.name for row in report.slices()[0].slices] == ["\\udcfe", "\\udcff"]
