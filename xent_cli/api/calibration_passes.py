"""Calibration passes: looks at the rows one after the other; each tells if more follow."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.analysis.calibration.left_out_clusters import leave_clusters_out
from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.api.calibration_steps import LadderStep, LeaveOneOutStep, Second
from xent_cli.metrics.tally.leave_one_out import Extent
from xent_cli.pipeline.execute import Outcome, run
from xent_cli.pipeline.session import Session
from xent_cli.pipeline.step import Step, Sum

_MOST_TAKEN_OFF = 1e-5
"""Nats: what leaving rows out takes off may be so much before the rows are read twice more."""

_MOST_NOISE = 1e-3
"""Relative; of the bend of the curve at the best temperature, which is known exactly."""

_MANY = 100_000
"""Rows from which on that is not to be expected; it is known after the first pass."""

_FAR = 3.0
"""Octaves of the temperature from which on the second pass may have to be repeated."""

_PER_OCTAVE, _NEAR, _PER_FAR_OCTAVE = 32, 2.0, 8
"""Inverse temperatures at which the curve is looked at again, then: around all that were chosen,
with fewer of them so many octaves away. Leaving one out is then right to 1e-10 nats."""


class Passes:
    """Looks at the rows of a session, whose progress goes on from one to the next."""

    def __init__(self, session: Session) -> None:
        plan = session.plans[0]
        self._session, self._n_rows = session, plan.preds.n_rows
        self._clustered = plan.spec.cluster is not None
        self._done, self._doubt = 0, False
        few = (self._n_rows or 0) < _MANY
        self._expected = 2 + (few and (1 if self._clustered else 2))

    def expect(self, found: Calibration) -> None:
        """Say what the first pass has told: with that the other ones can be counted."""
        gain, value, temperature = (
            found.recoverable.in_sample,
            found.recoverable.value,
            found.temperature.applied,
        )
        if gain is not None and value is not None:
            # The curvature of the curve is right to 1e-4 or so, and what leaving out takes off too.
            self._doubt = (gain - value) * found.recoverable.nats > _MOST_TAKEN_OFF
        if not self._clustered:
            self._expected = 4 if self._doubt else 2
        if temperature is not None and abs(math.log2(temperature)) > _FAR:
            self._expected += 1

    def run(self, step: Step[Sum]) -> Outcome[Sum]:
        """Look at the rows once more."""
        session, progress, n_rows = self._session, self._session.execution.progress, self._n_rows
        if progress is not None and n_rows is not None:
            before, expected = self._done * n_rows, max(self._expected, self._done + 1) * n_rows

            def told(rows: int, _: int | None) -> None:
                progress(before + rows, expected)

            session = replace(session, execution=replace(session.execution, progress=told))
        outcome = run(session, step)
        self._done += 1
        self._n_rows = outcome.rows
        return outcome

    def leave_out(self, second: Second, applied: float, curve: LossCurve) -> float | None:
        """Return the mean loss, in nats, where each draw is left out once.

        None where the others of some draw have no best temperature.
        """
        rows, weight, beta = second.left_out, second.draws.weight[0], 1 / applied
        bend = float(curve.derivatives(np.array([beta]))[1][0])
        # Where all losses are nearly those of uniform predictions the curve may be but noise.
        noisy = abs(bend / float(rows.curvature[0]) - 1) > _MOST_NOISE
        if self._clustered:
            clusters = leave_clusters_out(second.draws, beta, curve)
            far = clusters.added > _MOST_TAKEN_OFF * weight
            if noisy if clusters.n_undefined else far:
                near = _near(clusters.chosen, beta, wide=bool(clusters.n_undefined))
                curve = curve.through(self.run(LadderStep(near)).sum)
                clusters = leave_clusters_out(second.draws, beta, curve)
            kept = float(rows.kept[0] / weight)
            return None if clusters.n_undefined else kept + clusters.added / float(weight)
        if self._doubt or rows.n_undefined or noisy:
            near = _near(rows.chosen, beta, wide=bool(rows.n_undefined))
            curve = curve.through(self.run(LadderStep(near)).sum)
            rows = self.run(LeaveOneOutStep(beta, curve)).sum
            bend = float(curve.derivatives(np.array([beta]))[1][0])
        return None if rows.n_undefined else rows.mean_loss(weight, bend)


def _near(chosen: Extent, beta: float, *, wide: bool) -> tuple[float, ...]:
    """Return inverse temperatures around those that were chosen in place of beta."""
    low, high = (math.log2(end / beta) for end in (chosen.low, chosen.high))
    if wide:
        low, high = min(low, -_NEAR), max(high, _NEAR)
    first, last = math.floor(low * _PER_OCTAVE) - 1, math.ceil(high * _PER_OCTAVE) + 1
    far, step = int(_NEAR * _PER_OCTAVE), _PER_OCTAVE // _PER_FAR_OCTAVE
    places = [
        *range(-far - step, first - step, -step)[::-1],
        *range(max(first, -far), min(last, far) + 1),
        *range(far + step, last + step, step),
    ]
    return tuple(beta * 2.0 ** (place / _PER_OCTAVE) for place in places)
