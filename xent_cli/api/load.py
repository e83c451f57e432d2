"""Load: results read back from the JSON that xent wrote."""

from __future__ import annotations

import os

from xent_cli.analysis.from_json import from_dict
from xent_cli.analysis.to_json import Result
from xent_cli.metrics.report.saved import read_json


def load(path: str | os.PathLike[str]) -> Result:
    """Read a saved result: a report, gate, comparison, explanation, calibration or list of rows.

    Parameters
    ----------
    path : str or path-like
        A file that the command line wrote as JSON; ``-`` is standard input.

    Returns
    -------
    Report, GateResult, Contrast, Explanation, Calibration or Ranking
        What the file is of. It is drawn as the result itself was.

    Raises
    ------
    MissingFileError
        If the file cannot be read.
    ReportError
        If it is no result of xent, of a later format, damaged, or edited by hand.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> from xent_cli import gate, to_dict
    >>> result = gate([[0.9, 0.1], [0.2, 0.8]], [0, 1], require="ce <= 0.5")
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "gate.json"
    >>> _ = path.write_text(json.dumps(to_dict(result)))
    >>> load(path).outcome
    'pass'
    """
    return from_dict(read_json(os.fspath(path)))
