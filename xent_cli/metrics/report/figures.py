"""Figures: the numbers a tally comes to, unrounded; or None, with the reason why there is none."""

from __future__ import annotations

import math
import sys
from dataclasses import asdict

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.draws import moments_of_class
from xent_cli.metrics.report.mean_losses import INFINITE, NATS_PER, mean_losses
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.long_integers import quotients

_LARGEST_EXPONENT = math.log(sys.float_info.max)


@dataclass(frozen=True, slots=True)
class Overall:
    """The figures of all rows. Losses and entropies are in the unit of the spec.

    Attributes
    ----------
    cross_entropy : float
        Weighted mean of the row losses; infinite where a row's is.
    se : float, optional
        Its standard error.
    ci95 : (float, float), optional
        Its 95 % interval, which follows the skewness of the losses and holds for one more draw.
    macro_cross_entropy : float, optional
        Mean of the cross entropies of the classes that occur.
    perplexity : float, optional
        exp of the cross entropy in nats.
    prior_entropy : float
        Entropy of the class shares: the cross entropy of a model that always predicts them.
    normalized_entropy : float, optional
        cross_entropy / prior_entropy: below 1 is better than knowing only the shares.
    accuracy : float, optional
        Weighted share of rows whose highest prediction is the label.
    label_entropy, kl_divergence : float, optional
        With label distributions: their mean entropy, which no model gets below, and the rest.
    """

    cross_entropy: float
    se: float | None
    ci95: tuple[float, float] | None
    macro_cross_entropy: float | None
    perplexity: float | None
    prior_entropy: float
    normalized_entropy: float | None
    accuracy: float | None
    label_entropy: float | None
    kl_divergence: float | None


@dataclass(frozen=True, slots=True)
class ClassRow:
    """The figures of one class; None where the class has no rows or the figure does not exist."""

    name: str
    n: int
    weight_sum: float
    prior: float
    cross_entropy: float | None
    se: float | None
    share: float | None
    accuracy: float | None
    mean_probability: float | None
    ci95: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a tally, and the reasons for those that are None, by their path."""

    overall: Overall
    classes: tuple[ClassRow, ...]
    weight_sum: float
    clipped_share: float | None
    undefined: dict[str, str]
    n_clusters: int | None = None


def figures_of(tally: Tally) -> Figures:
    """Compute all figures of a tally with rows and weight in it (definitions: docs/definitions.md).

    Quotients are rounded once, from exact sums.
    """
    undefined: dict[str, str] = {}
    k, nats = tally.spec.n_classes, NATS_PER[tally.spec.unit]
    rates, means = _rates(tally), mean_losses(tally)
    priors = [prior or 0.0 for prior in rates["prior"][:k]]
    classes = tuple(
        _class_row(
            tally,
            index,
            {name: values[index] for name, values in rates.items()},
            means[index],
            undefined,
        )
        for index in range(k)
    )
    mean = _known(means[k], "overall.", undefined)
    cross_entropy = mean.value
    occurring = [row.cross_entropy for row in classes if row.cross_entropy is not None]
    prior_entropy = _prior_entropy(tally, priors) / nats
    normalized = cross_entropy / prior_entropy if prior_entropy > 0 else None
    if normalized is None:
        undefined["overall.normalized_entropy"] = "only one class occurs"
    label_entropy = _label_entropy(tally, undefined)
    overall = Overall(
        cross_entropy=cross_entropy,
        se=mean.se,
        ci95=mean.interval(0.95),
        macro_cross_entropy=math.fsum(occurring) / len(occurring) if occurring else None,
        perplexity=_perplexity(cross_entropy * nats, undefined),
        prior_entropy=prior_entropy,
        normalized_entropy=normalized,
        accuracy=rates["accuracy"][k],
        label_entropy=label_entropy,
        kl_divergence=None if label_entropy is None else cross_entropy - label_entropy,
    )
    if overall.accuracy is None:
        undefined["overall.accuracy"] = "no weight"
    for name, value in asdict(overall).items():
        if value == math.inf:
            undefined["overall." + name] = INFINITE
    total = tally.sums["loss"][k]
    clipped_share = None
    if total and not tally.infinite[k]:
        clipped_share = float(tally.sums["clipped_loss"][0] / total)
    else:
        undefined["clipped_share"] = _share_reason(tally)
    return Figures(
        overall,
        classes,
        float(tally.sums["weight"][k]),
        clipped_share,
        dict(sorted(undefined.items())),
        None if tally.clusters is None else moments_of_class(tally, k).n,
    )


def _rates(tally: Tally) -> dict[str, list[float | None]]:
    """Return quotients of sums of each class and, where there is such a sum, of all rows.

    None stands for those by 0. The prior of a multi-label task is the share of positive labels.
    """
    sums, k = tally.sums, tally.spec.n_classes
    weight, loss = sums["weight"], sums["loss"].part(k, k + 1)
    found = {
        "prior": quotients(sums["positive"], weight.part(0, k))
        if tally.spec.multilabel
        else quotients(weight, weight.part(k, k + 1)),
        "weight_sum": quotients(weight, ExactSums.of_units([1])),
        "share": quotients(sums["loss"], loss),
        "accuracy": quotients(sums["correct"], sums["graded"]),
        "mean_probability": quotients(sums["probability"], weight),
    }
    return {
        name: [None if math.isnan(value) else value for value in values]
        for name, values in found.items()
    }


def _class_row(
    tally: Tally,
    index: int,
    rates: dict[str, float | None],
    mean: Estimate | None,
    undefined: dict[str, str],
) -> ClassRow:
    path = f"classes[{index}]."
    name, n, prior = tally.spec.classes[index], tally.n[index], rates["prior"] or 0.0
    share, accuracy = None if tally.infinite[-1] else rates["share"], rates["accuracy"]
    if share is None:
        undefined[path + "share"] = _share_reason(tally)
    if not rates["weight_sum"]:
        reason = "no weight" if n else "no rows"
        names = ("cross_entropy", "se", "ci95", "accuracy", "mean_probability")
        undefined |= {path + name: reason for name in names}
        return ClassRow(name, n, 0.0, prior, None, None, share, None, None)
    loss = _known(mean, path, undefined)
    if accuracy is None:
        undefined[path + "accuracy"] = "no row has it as the most likely label"
    return ClassRow(
        name=name,
        n=n,
        weight_sum=rates["weight_sum"],
        prior=prior,
        cross_entropy=loss.value,
        se=loss.se,
        share=share,
        accuracy=accuracy,
        mean_probability=rates["mean_probability"],
        ci95=loss.interval(0.95),
    )


def _known(found: Estimate | None, path: str, undefined: dict[str, str]) -> Estimate:
    """Return the mean loss of a class with weight, or overall, and note why it has no error."""
    if found is None:
        raise ValueError("no weight has no mean")
    there = {
        "cross_entropy": math.isfinite(found.value),
        "se": found.se is not None,
        "ci95": found.interval(0.95) is not None,
    }
    undefined |= {path + name: found.reason for name, some in there.items() if not some}
    return found


def _prior_entropy(tally: Tally, priors: list[float]) -> float:
    """Return the entropy of the class shares in nats; if multi-label, the mean over labels."""
    if not tally.spec.multilabel:
        return math.fsum(_surprise(p) for p in priors)
    weights = [float(tally.sums["weight"][i]) for i in range(tally.spec.n_classes)]
    each = (w * (_surprise(p) + _surprise(1 - p)) for w, p in zip(weights, priors, strict=True))
    return math.fsum(each) / math.fsum(weights)


def _surprise(p: float) -> float:
    return -p * math.log(p) if 0 < p < 1 else 0.0


def _label_entropy(tally: Tally, undefined: dict[str, str]) -> float | None:
    entropy, weight = tally.sums["entropy"][0], tally.sums["weight"][tally.spec.n_classes]
    reason = ""
    if tally.spec.multilabel:
        reason = "multi-label"
    elif tally.spec.smoothing:
        reason = "label smoothing"
    elif not entropy:
        reason = "the labels are certain"
    if reason:
        undefined |= dict.fromkeys(("overall.label_entropy", "overall.kl_divergence"), reason)
        return None
    return float(entropy / weight) / NATS_PER[tally.spec.unit]


def _perplexity(nats: float, undefined: dict[str, str]) -> float | None:
    if nats <= _LARGEST_EXPONENT:
        return math.exp(nats)
    undefined["overall.perplexity"] = "too large"
    return None


def _share_reason(tally: Tally) -> str:
    return "the total loss is infinite" if tally.infinite[-1] else "the total loss is 0"
