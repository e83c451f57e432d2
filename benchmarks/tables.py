"""The results as Markdown. Every function returns text; nothing here measures or prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cases import READERS, Case, Data, Limit
from timing import Summary

Results = Mapping[str, Summary]
"""Summaries by name of the program, xent first."""


def render_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; columns but the first are aligned to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def render_ratios(results: Sequence[tuple[Case, Sequence[Data], Results]]) -> str:
    """Return the table of ratios: a row a case, a column a peer that any case has.

    A target that is missed is bold.
    """
    peers = list(dict.fromkeys(name for _, _, found in results for name in list(found)[1:]))
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
    return render_table(header, rows)


def render_growth(data: Sequence[Data], found: Sequence[Summary], start: float | None) -> str:
    """Return the table of one program over several sizes.

    Parameters
    ----------
    data, found : sequences of the same length
    start : float, optional
        Seconds that a run on hardly any rows takes, for the time per row beyond it.
    """
    rows = []
    for one, summary in zip(data, found, strict=True):
        cells = [_seconds(summary.seconds), f"{summary.seconds / one.rows * 1e9:.0f}"]
        if start is not None:
            cells.append(f"{(summary.seconds - start) / one.rows * 1e9:.0f}")
        rows.append([f"{one.rows:,}", *cells, f"{summary.memory:.0f}"])
    beyond = [] if start is None else ["beyond the start, ns a row"]
    return render_table(["rows", "median, s", "ns a row", *beyond, "peak, MB"], rows)


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
