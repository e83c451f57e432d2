"""Words: numbers, names and sentences as documents show them."""

from __future__ import annotations

import math
import unicodedata

from xent_cli.metrics.report.report import Report

NOTHING = "-"
_JOINERS = "\u200c\u200d"
_MATCHED = {
    "name": "matched by name",
    "position": "matched by position",
    "value": "matched by value",
}


def decimal(value: float | None) -> str:
    """Show a figure with four decimals, small ones with three digits.

    Examples
    --------
    >>> decimal(0.69314718), decimal(0.00001234), decimal(0.0), decimal(None), decimal(math.inf)
    ('0.6931', '1.23e-05', '0.0000', '-', 'inf')
    """
    if value is None:
        return NOTHING
    if 0 < abs(value) < 0.001:
        return f"{value:#.3g}"
    if 1e7 <= abs(value) < math.inf:
        return f"{value:.3e}"
    return f"{value:.4f}"


def percent(value: float | None) -> str:
    """Show a share; one that is not 0 or 1 never looks like it.

    Examples
    --------
    >>> percent(0.5), percent(0.99999), percent(1.0), percent(0.00001)
    ('50.0%', '>99.9%', '100.0%', '<0.1%')
    """
    if value is None:
        return NOTHING
    if 0 < value < 0.0005:
        return "<0.1%"
    if 0.9995 <= value < 1:
        return ">99.9%"
    return f"{value:.1%}"


def bar(share: float | None, width: int, *, ascii_only: bool = False) -> str:
    """Draw a share as a bar of up to `width` cells.

    Examples
    --------
    >>> bar(0.5, 4), bar(0.5, 4, ascii_only=True)
    ('██', '##')
    """
    if not share:
        return ""
    eighths = max(1, round(share * width * 8))
    if ascii_only:
        return "#" * max(1, round(share * width))
    full, part = divmod(eighths, 8)
    return "█" * full + (chr(0x2590 - part) if part else "")


def clean(text: str) -> str:
    r"""Show control and formatting characters as escapes, so that a terminal obeys none of them.

    Examples
    --------
    >>> clean("a\x1b[31mb\n")
    'a\\x1b[31mb\\n'
    """
    return "".join(_escaped(c) if _is_control(c) else c for c in text)


def describe(report: Report) -> str:
    """Say in one line what was evaluated and how it was understood."""
    spec = report.tally.spec
    kind = "multi-label" if spec.multilabel else spec.mode
    left_out = [
        f"{count:,} {word}"
        for count, word in (
            (report.tally.n_ignored, "ignored"),
            (report.tally.n_invalid, "dropped"),
        )
        if count
    ]
    parts = [
        f"{report.n:,} row{'s' * (report.n != 1)}" + (f" ({', '.join(left_out)})" * bool(left_out)),
        f"{spec.n_classes:,} {'labels' if spec.multilabel else 'classes'}",
        f"labels {_MATCHED[spec.align]}",
        spec.unit,
    ]
    return f"{kind} ({report.mode_reason}): {', '.join(parts)}"


def describe_inputs(report: Report) -> str:
    """Say in one line which columns of which files were read."""
    if len(report.inputs) > 2:
        return f"{len(report.inputs) // 2:,} reports merged"
    parts = []
    for item in report.inputs:
        names = item.columns
        shown = ", ".join(names) if len(names) <= 3 else f"{names[0]} to {names[-1]}"
        parts.append(f"{item.role}: {shown} of {item.path}")
    return "; ".join(parts)


def overall_figures(report: Report) -> list[tuple[str, str, str]]:
    """Return name, value and a remark for each overall figure."""
    overall = report.overall
    undefined = report.figures.undefined
    sure = ""
    if overall.ci95 is not None:
        low, high = overall.ci95
        error = "no standard error" if overall.se is None else f"± {decimal(overall.se)}"
        sure = f"{error}, 95% interval {decimal(low)} to {decimal(high)}"
        if report.figures.n_clusters is not None:
            sure += f", of {report.figures.n_clusters:,} clusters"
    elif "overall.se" in undefined:
        sure = f"no standard error: {undefined['overall.se']}"
    occurring = sum(row.cross_entropy is not None for row in report.classes)
    rows = [
        ("cross entropy", decimal(overall.cross_entropy), sure),
        (
            "macro",
            decimal(overall.macro_cross_entropy),
            f"mean of the {occurring:,} classes that occur, each counted once",
        ),
        (
            "perplexity",
            decimal(overall.perplexity),
            undefined.get("overall.perplexity", "as unsure as an even choice among so many"),
        ),
        (
            "prior entropy",
            decimal(overall.prior_entropy),
            "what the class shares alone would score",
        ),
        (
            "normalized",
            decimal(overall.normalized_entropy),
            undefined.get("overall.normalized_entropy", "cross entropy / prior entropy"),
        ),
        ("accuracy", percent(overall.accuracy), undefined.get("overall.accuracy", "")),
    ]
    if (matches := report.matches) is not None:
        counts = (matches.matched, matches.unmatched_labels, matches.unmatched_preds)
        remark = "{:,} rows matched by id, none twice; {:,} labels and {:,} predictions alone"
        rows.append(("coverage", percent(matches.coverage), remark.format(*counts)))
    if overall.label_entropy is not None:
        rows += [
            (
                "label entropy",
                decimal(overall.label_entropy),
                "of soft labels; no model gets below",
            ),
            ("KL divergence", decimal(overall.kl_divergence), "cross entropy - label entropy"),
        ]
    return rows


def compat_figures(report: Report) -> list[tuple[str, str, str]]:
    """Return name, value and a remark for what each other tool prints, in nats."""
    return [(figure.name, figure.text, figure.reason or figure.why) for figure in report.compat]


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _JOINERS


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
