"""Recoverable: how much of the loss a temperature takes off, on rows that have not chosen it."""

from __future__ import annotations

import math
from dataclasses import replace

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.student_t import t_interval

Ends = tuple[float, float]

ONE_ROW = "it depends on a single row: without that row there is no best temperature"
ONE_CLUSTER = (
    "it depends on a single cluster: without its rows the best temperature would be "
    "less than half or more than twice as high"
)
UNVARIED = "the gains do not vary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoverable:
    """What the loss of new rows would lose by the temperature that these rows choose.

    Attributes
    ----------
    value : float, optional
        The mean gain of rows at the temperatures that all other rows choose (leave one out): not
        more than 0 where nothing is shown. In the unit of the report, as all of these.
    in_sample : float, optional
        The gain of the rows that have chosen it themselves, which is more than there is.
    interval : (float, float), optional
        At 95 %, by the signed root: its lower end is 0 where nothing is shown.
    share : float, optional
        `value` of the loss.
    root, root_se : float, optional
        The signed root of twice the gain, in nats, and its standard error.
    reason : str
    """

    value: float | None
    in_sample: float | None = None
    interval: Ends | None = None
    share: float | None = None
    root: float | None = None
    root_se: float | None = None
    df: float = 0.0
    nats: float = 1.0
    reason: str = ""

    def interval_at(self, level: float) -> Ends | None:
        """Return the interval at a level such as 0.95.

        A gain is a square, so that its usual interval is wrong near 0: the signed root has the
        right size there, and is the same to first order far from it.
        """
        if self.root is None or self.root_se is None:
            return None
        ends = t_interval(self.root, self.root_se, self.df, level)
        low, high = sorted(end * end / 2 / self.nats for end in ends)
        return (0.0 if ends[0] <= 0 <= ends[1] else low), high

    @property
    def shown(self) -> bool:
        """Whether the rows show that there is something to gain."""
        return self.interval is not None and self.interval[0] > 0 and (self.value or 0.0) > 0


def recoverable_of(
    slopes: Moments,
    gains: Moments,
    *,
    curvature: float,
    in_sample: float,
    left_out: float | None,
    loss: float,
    hot: bool,
    nats: float,
    reason: str,
) -> Recoverable:
    """Return what is to be gained.

    Parameters
    ----------
    slopes, gains : Moments
        The sums over draws of the slopes of their losses at the best temperature, and of what
        they gain by it.
    curvature : float
        The mean second derivative of the losses there.
    in_sample, loss : float
        The mean gain of these rows, and the mean loss before it, in nats.
    left_out : float, optional
        The mean loss where each draw is left out once.
    hot : bool
        Whether the best temperature is above 1.
    reason : str
        Why there is no such loss.
    """
    value = None if left_out is None else loss - left_out
    root = math.sqrt(max(0.0, 2 * in_sample)) * (1 if hot else -1)
    se, spread = gains.standard_error(), slopes.standard_error()
    root_se = None
    if root and se is not None:
        root_se = se / abs(root)
    elif spread is not None:  # The limit where nothing is gained.
        root_se = spread / math.sqrt(curvature)
    found = Recoverable(
        value=None if value is None else value / nats,
        in_sample=in_sample / nats,
        share=None if value is None or not loss else value / loss,
        root=root,
        root_se=root_se,
        df=slopes.n - 1,
        nats=nats,
        reason=reason or ("" if root_se is not None else UNVARIED),
    )
    return replace(found, interval=found.interval_at(0.95))
