"""xent: how far a model's predicted distribution is from the true one, per class and overall."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from xent_cli.analysis.calibration.calibration import Calibration
    from xent_cli.analysis.comparison.models import Contrast
    from xent_cli.analysis.comparison.pair import Comparison
    from xent_cli.analysis.explain.explanation import Explanation
    from xent_cli.analysis.gate.verdicts import GateResult, Verdict
    from xent_cli.analysis.to_json import to_dict
    from xent_cli.analysis.worst_rows import Ranking
    from xent_cli.api.calibrate import calibrate
    from xent_cli.api.compare import compare
    from xent_cli.api.evaluate import evaluate
    from xent_cli.api.explain import explain
    from xent_cli.api.gate import gate
    from xent_cli.api.load import load
    from xent_cli.api.merge import merge
    from xent_cli.api.worst_rows import worst_rows
    from xent_cli.errors import (
        AccessError,
        AddressError,
        BrokenFileError,
        ClassesError,
        ColumnError,
        ConfigError,
        CrashError,
        DuplicateColumnError,
        DuplicateIdError,
        EmptyInputError,
        EncodingError,
        EngineError,
        IdMismatchError,
        IdTypeError,
        InputError,
        LabelError,
        MissingFileError,
        MissingValueError,
        ModeError,
        NothingLeftError,
        OutputError,
        ParseError,
        PickleError,
        RangeError,
        ReportError,
        ResourceError,
        RowCountError,
        RowSumError,
        RuleError,
        SameInputError,
        ScratchError,
        SignatureError,
        SliceError,
        StoreError,
        SwappedInputsError,
        UnknownFormatError,
        UnmatchedIdError,
        UsageError,
        WeightError,
        XentError,
    )
    from xent_cli.metrics.report.report import Report
    from xent_cli.metrics.tally.tally import Tally
    from xent_cli.schema.provenance import Notice, XentWarning

__all__ = [
    "AccessError",
    "AddressError",
    "BrokenFileError",
    "Calibration",
    "ClassesError",
    "ColumnError",
    "Comparison",
    "ConfigError",
    "Contrast",
    "CrashError",
    "DuplicateColumnError",
    "DuplicateIdError",
    "EmptyInputError",
    "EncodingError",
    "EngineError",
    "Explanation",
    "GateResult",
    "IdMismatchError",
    "IdTypeError",
    "InputError",
    "LabelError",
    "MissingFileError",
    "MissingValueError",
    "ModeError",
    "NothingLeftError",
    "Notice",
    "OutputError",
    "ParseError",
    "PickleError",
    "RangeError",
    "Ranking",
    "Report",
    "ReportError",
    "ResourceError",
    "RowCountError",
    "RowSumError",
    "RuleError",
    "SameInputError",
    "ScratchError",
    "SignatureError",
    "SliceError",
    "StoreError",
    "SwappedInputsError",
    "Tally",
    "UnknownFormatError",
    "UnmatchedIdError",
    "UsageError",
    "Verdict",
    "WeightError",
    "XentError",
    "XentWarning",
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

__version__ = "0.2.0"

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
    "Calibration": "analysis.calibration.calibration",
    "Comparison": "analysis.comparison.pair",
    "Contrast": "analysis.comparison.models",
    "Explanation": "analysis.explain.explanation",
    "GateResult": "analysis.gate.verdicts",
    "Notice": "schema.provenance",
    "Ranking": "analysis.worst_rows",
    "Report": "metrics.report.report",
    "Tally": "metrics.tally.tally",
    "Verdict": "analysis.gate.verdicts",
    "XentWarning": "schema.provenance",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Import the public names when they are first asked for: NumPy and pyarrow take their time."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(f"xent_cli.{_HOMES.get(name, 'errors')}"), name)
    raise AttributeError(f"module 'xent_cli' has no attribute {name!r}")
