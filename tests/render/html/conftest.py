"""Results of every kind, with names that try to become markup."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from xent_cli import calibrate, compare, evaluate, explain, gate, worst_rows
from xent_cli.analysis.to_json import Result

HOSTILE = [
    "</script><img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "{{7*7}}", "${7*7}",
    "\0nul", "\u202egnp.exe", "x" * 10_000, "__proto__", "<!--", "-->", "]]>", "&lt;b&gt;",
    "&#x3c;", "</style><style>*{display:none}", "<b>b</b>", "' onmouseover='alert(1)",
    "javascript:alert(1)", "http://evil.example/", "</title><h1>", "\u2028line", "\ufeffbom",
    "\uffff", "\ufdd0scale\ufdd2", "\u061cالعربية", "עברית", "日本語", "😀", "a\nb", "\t", "=1+1",
    "##vso[x]", "::error::", "<math><mtext>", "<template>", "</svg>", "<noscript>", "`x`", "%00",
    "\x1b[31m", "<?php ?>",
]  # fmt: skip
K = len(HOSTILE)


@pytest.fixture(scope="session")
def results() -> dict[str, Result]:
    """A result of each kind, its classes and slices named so."""
    rng = np.random.default_rng(1)
    old = rng.dirichlet(np.ones(K) * 0.1, 400) * 0.999 + 0.001 / K
    y = np.array([rng.choice(K, p=row) for row in old / old.sum(axis=1, keepdims=True)])
    new = rng.dirichlet(np.ones(K), 400)
    names = {"classes": HOSTILE, "row_sums": "renormalize"}
    by = {HOSTILE[0]: [HOSTILE[i % 3] for i in y]}
    rules = ["ce <= 9", "class.*.delta <= 0.1 @95%"]
    pair = compare(old, new, labels=y, by=by, **names)
    several = compare(old, new, old[::-1], labels=y, **names)
    return {
        "report": evaluate(old, y, by=by, **names),
        "gate": gate(new, y, baseline=old, require=rules, by=by, **names),
        "pair": replace(pair, names=(HOSTILE[0], HOSTILE[1])),
        "training": replace(several, names=tuple(HOSTILE[:3]), trend=True),
        "explanation": explain(old, y, **names),
        "calibration": calibrate(old, y, **names),
        "rows": worst_rows(old, y, **names),
    }
