"""Evidence: everything known about the difference of two models."""

from __future__ import annotations

import math

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.gate.verdicts import GateResult
from xent_cli.numerics.significance import rows_needed
from xent_cli.render.document import Fact
from xent_cli.render.text import decimal, p_value
from xent_cli.render.text import interval as between


def evidence(comparison: Comparison, result: GateResult | None = None) -> list[Fact]:
    """Return what is known about a difference; with a gate, also what would settle it."""
    spec, delta, overall = comparison.candidate.tally.spec, comparison.delta, comparison.overall
    k = spec.n_classes
    n = comparison.candidate.n
    facts = [
        Fact(
            "rows",
            n,
            "count",
            "paired, row by row" if delta else "unpaired, because the baseline is a saved report",
        )
    ]
    clusters = comparison.candidate.figures.n_clusters
    if clusters is not None:
        remark = f"rows with the same {spec.cluster} count as dependent"
        facts.append(Fact("clusters", clusters, "count", remark))
    if overall is not None:
        ends = overall.interval(0.95)
        remark = f"no standard error: {overall.reason}"
        if ends is not None and (p := overall.p_value()) is not None:
            error = "no standard error" if overall.se is None else f"± {decimal(overall.se)}"
            remark = f"{error}, 95% interval {between(ends)}, p {p_value(p)}"
        remark += f"; candidate - baseline, {spec.unit}"
        facts.append(Fact("delta", overall.value, "delta", remark))
        relative = comparison.relative()
        if relative is not None and math.isfinite(relative.value):
            remark = "(candidate - baseline) / baseline"
            facts.append(Fact("relative", relative.value, "change", remark))
    correlation = comparison.correlation()
    if correlation is not None:
        remark = "between the losses of both models; the higher, the more pairing helps"
        facts.append(Fact("correlation", correlation, "correlation", remark))
    detectable = comparison.detectable()
    if detectable is not None:
        remark = "smallest difference that is found with 80 % power"
        facts.append(Fact("detectable", detectable, "loss", remark))
    facts += _needed(comparison, result)
    if delta is not None:
        equal = delta.n[k] - delta.better[k] - delta.worse[k] - delta.infinite[k]
        remark = f"rows better, {delta.worse[k]:,} worse, {equal:,} equal"
        facts.append(Fact("wins", delta.better[k], "count", remark))
        remark = "of the total |delta| is in 1% of the rows"
        facts.append(Fact("top 1%", comparison.top_share(), "share", remark))
        facts.append(
            Fact("clipped", delta.n_clipped, "count", "rows clipped in at least one model")
        )
    return facts


def _needed(comparison: Comparison, result: GateResult | None) -> list[Fact]:
    """Say how many rows would settle the first open rule about the overall difference."""
    overall = comparison.overall
    for verdict in result.verdicts if result else ():
        rule = verdict.rule
        about = rule.metric == "delta" and rule.class_name is rule.slice_name is None
        if not about or verdict.outcome != "inconclusive" or overall is None or overall.se is None:
            continue
        needed = rows_needed(
            comparison.candidate.n,
            overall.se,
            rule.margin(overall.value),
            verdict.level,
            df=overall.df,
        )
        if needed is not None:
            # Looking again and again until a rule passes would make it pass by chance.
            remark = (
                f"to decide {rule.text.strip()} with 80 % power; look only once more, at "
                "that number"
            )
            return [Fact("rows needed", needed, "count", remark)]
    return []
