"""Try xent on many shapes; in tests/: python -m shapes.try_shapes --seed 7 --count 2000."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .drawing import draw_shapes
from .problem import Shape
from .running import Answer, run

RIGHT = ("right", "rightly refused")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A shape with what was said of it, one answer for each command."""

    shape: Shape
    answers: tuple[Answer, ...]
    verdicts: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Return WRONG or crash if any command was; else what the first one came to."""
        for worst in ("WRONG", "crash"):
            if worst in self.verdicts:
                return worst
        first = self.verdicts[0]
        return "rightly refused" if first == "refused" and self.shape.refusal != "late" else first


def attempt(shape: Shape, folder: Path) -> Trial:
    """Write a shape's files into a folder and run its commands there."""
    for name, data in shape.files.items():
        (folder / name).write_bytes(data)
    answers = tuple(run(command, folder) for command in (shape.command, *shape.others))
    verdicts = tuple(answer.judge(shape.figures, tolerance=1e-9) for answer in answers)
    return Trial(shape=shape, answers=answers, verdicts=verdicts)


def attempts(shapes: Iterable[Shape], folder: Path) -> list[Trial]:
    """Try shapes one after the other, each in a folder of its own."""
    trials = []
    for at, shape in enumerate(shapes):
        own = folder / str(at)
        own.mkdir()
        trials.append(attempt(shape, own))
    return trials


def decided(trials: Iterable[Trial]) -> list[Trial]:
    """Return the trials of shapes whose files say what is right."""
    return [trial for trial in trials if trial.shape.refusal != "only"]


def render_table(trials: Iterable[Trial]) -> str:
    """Return how many of each kind came out how."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for trial in trials:
        kinds[trial.shape.kind][trial.verdict] += 1
    heads = ("WRONG", "crash", "refused", "rightly refused", "right")
    lines = [f"{'kind':32}" + "".join(f"{head:>17}" for head in heads)]
    total: Counter[str] = Counter()
    for kind, counts in sorted(kinds.items(), key=lambda item: (-item[1]["WRONG"], item[0])):
        lines.append(f"{kind:32}" + "".join(f"{counts[head] or '.':>17}" for head in heads))
        total += counts
    lines.append(f"{'all':32}" + "".join(f"{total[head]:>17}" for head in heads))
    return "\n".join(lines)


def describe(trial: Trial, *, lines: int = 3) -> str:
    """Return the commands, the files' first lines, what was said and what is right."""
    shape = trial.shape
    parts = [f"{trial.verdict}: {shape.kind} {shape.tags}"]
    for name, data in shape.files.items():
        text = data[:2000].decode("utf-8", "replace").splitlines()[:lines]
        shown = text if data.isascii() or name.endswith(("csv", "tsv", "txt", "jsonl")) else ["..."]
        parts += [f"  {name}: {line[:150]}" for line in shown]
    for answer, verdict in zip(trial.answers, trial.verdicts, strict=True):
        said = answer.headline() if answer.code != 2 else answer.err.strip()[:300]
        parts.append(f"  {verdict}: {answer.command} -> {said}")
    right = list(shape.figures) or "a refusal only"
    parts.append(f"  right: {right}; a refusal is {shape.refusal}")
    return "\n".join(parts)


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument(
        "--show", nargs="*", default=["WRONG", "crash"], help="verdicts to describe"
    )
    parser.add_argument("--kind", help="describe this kind only")
    parser.add_argument(
        "--keep", type=Path, help="write the files into this new folder and keep them"
    )
    said = parser.parse_args()
    folder = said.keep or Path(tempfile.mkdtemp(prefix="shapes-"))
    folder.mkdir(exist_ok=True)
    try:
        trials = attempts(draw_shapes(said.seed, said.count), folder)
    finally:
        if said.keep is None:
            shutil.rmtree(folder)
    for trial in trials:
        if trial.verdict in said.show and said.kind in {None, trial.shape.kind}:
            print(describe(trial), "\n")
    print(render_table(trials))
    clear = decided(trials)
    good = sum(trial.verdict in RIGHT for trial in clear)
    print(f"{good} of {len(clear)} that are decidable are right at once: {good / len(clear):.1%}")
    return int(any(trial.verdict in {"WRONG", "crash"} for trial in trials))


if __name__ == "__main__":
    raise SystemExit(_main())
