"""The results as Markdown. Every function returns text; nothing here measures or prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cases import READERS, Case, Data, Limit
from timing import Summary

Results = Mapping[str, Summary]
"""Summaries by name of the program, xent first."""


def render_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """Return a Markdown table with the first `left` columns aligned to the left, others right."""
    rule = ["---"] * left + ["---:"] * (len(header) - left)
    lines = [header, rule, *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def render_ratios(results: Sequence[tuple[Case, Sequence[Data], Results]]) -> str:
    """Return the table of ratios: a row a case, a column a peer that any case has.

    A target that is missed is bold.
    """
    peers = list(dict.fromkeys(name for _, _, found in results for name in list(found)[1:]))
    peers.sort(key=lambda name: name in READERS)
    rows = []
    for case, data, found in results:
        ours = next(iter(found.values()))
        targets = _limits_by_peer(case, found)
        cells = [_ratio(ours, found.get(peer), targets.get(peer)) for peer in peers]
        memory = _marked(f"{ours.memory:.0f}", case.memory, missed=ours.memory > (case.memory or 0))
        rows.append([_title(case, data), f"{_seconds(ours.seconds)}", memory, *cells])
    return render_table(["case", "xent, s", "peak, MB", *peers], rows)


def render_details(results: Sequence[tuple[Case, Sequence[Data], Results]]) -> str:
    """Return the table of every program's own figures."""
    rows = [
        [
            _title(case, data),
            name,
            _seconds(found.seconds),
            f"{_seconds(found.fastest)} to {_seconds(found.slowest)}",
            _seconds(found.cpu),
            f"{found.memory:.0f}",
        ]
        for case, data, programs in results
        for name, found in programs.items()
    ]
    header = ["case", "program", "median, s", "range, s", "processor, s", "peak, MB"]
    return render_table(header, rows, left=2)


def render_growth(data: Sequence[Data], found: Sequence[Summary]) -> str:
    """Return the table of one program over several sizes, and how flat it is.

    The first size is all start and no rows; the time a row beyond it is that of the work.
    """
    start, rows = found[0].seconds, []
    per_row = [
        (summary.seconds - start) / one.rows for one, summary in zip(data, found, strict=True)
    ]
    for one, summary, beyond in zip(data, found, per_row, strict=True):
        each = [f"{1e9 * value:.0f}" for value in (summary.seconds / one.rows, beyond)]
        rows.append([f"{one.rows:,}", _seconds(summary.seconds), *each, f"{summary.memory:.0f}"])
    header = ["rows", "median, s", "ns a row", "beyond the start, ns a row", "peak, MB"]
    flat = (
        f"From {data[1].rows:,} rows on, the time a row beyond the start differs by "
        f"{_spread(per_row[1:])} (target: 15%), the peak by "
        f"{_spread([summary.memory for summary in found[1:]])} (target: 20%)."
    )
    return f"{render_table(header, rows)}\n\n{flat}"


def _spread(values: Sequence[float]) -> str:
    """Return by how much the largest exceeds the smallest."""
    return f"{max(values) / min(values) - 1:.0%}" if min(values) > 0 else "more than can be said"


def _limits_by_peer(case: Case, found: Results) -> dict[str, Limit]:
    """Return the targets under the peers' own names, "fastest" being resolved."""
    limits = dict(case.limits)
    if "fastest" in limits:
        same_work = [name for name in list(found)[1:] if name not in READERS]
        limits[min(same_work, key=lambda name: found[name].seconds)] = limits.pop("fastest")
    return limits


def _ratio(ours: Summary, peer: Summary | None, limit: Limit | None) -> str:
    if peer is None:
        return ""
    missed = limit is not None and ours.seconds > limit.allowed(peer.seconds)
    return _marked(f"{ours.seconds / peer.seconds:.2f}", limit, missed=missed)


def _marked(figure: str, limit: Limit | int | None, *, missed: bool) -> str:
    """Return a figure with its target, bold if it misses it."""
    if limit is None:
        return figure
    target = f"≤ {limit}" if isinstance(limit, int) else str(limit)
    return f"{f'**{figure}**' if missed else figure} ({target})"


def _title(case: Case, data: Sequence[Data]) -> str:
    return f"{case.what}, {data[0].rows:,} x {data[0].columns:,}" if data else case.what


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"
