"""xent: how far a model's predicted distribution is from the true one, per class and overall."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from xent_cli.analysis.to_json import to_dict
    from xent_cli.api.calibrate import calibrate
    from xent_cli.api.compare import compare
    from xent_cli.api.evaluate import evaluate
    from xent_cli.api.explain import explain
    from xent_cli.api.gate import gate
    from xent_cli.api.load import load
    from xent_cli.api.merge import merge
    from xent_cli.api.worst_rows import worst_rows
    from xent_cli.errors import XentError
    from xent_cli.metrics.report.report import Report
    from xent_cli.metrics.tally.tally import Tally

__all__ = [
    "Report",
    "Tally",
    "XentError",
    "__version__",
    "calibrate",
    "compare",
    "evaluate",
    "explain",
    "gate",
    "load",
    "merge",
    "to_dict",
    "worst_rows",
]

__version__ = "0.1.0"

_HOMES = {
    "calibrate": "api.calibrate",
    "compare": "api.compare",
    "evaluate": "api.evaluate",
    "explain": "api.explain",
    "gate": "api.gate",
    "load": "api.load",
    "merge": "api.merge",
    "to_dict": "analysis.to_json",
    "worst_rows": "api.worst_rows",
    "Report": "metrics.report.report",
    "Tally": "metrics.tally.tally",
    "XentError": "errors",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Import the public names when they are first asked for: NumPy and pyarrow take their time."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"xent_cli.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'xent_cli' has no attribute {name!r}")
