"""Rules: what a gate requires, read from texts such as ``class.*.ce <= 1.2 @95%``. No NumPy."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Literal, NoReturn, get_args

from xent_cli.analysis.gate.metrics import (
    CLASS_METRICS,
    METRICS,
    NOT_JUDGED,
    PART_METRICS,
    SHARES,
    WHOLE_METRICS,
    Metric,
    canonical,
)
from xent_cli.analysis.gate.rule_numbers import GRAMMAR, read_level, read_number
from xent_cli.errors import RuleError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.class_lookup import ClassLookup
from xent_cli.schema.name_suggestions import did_you_mean, listed

Operator = Literal["<=", "<", ">=", ">"]
_OPERATORS: dict[str, Operator] = {sign: sign for sign in get_args(Operator)}

_SCOPES = {"class": "class.cat.ce <= 0.8", "slice": "slice.country=KR.ce <= 0.8"}
_OPERATOR = re.compile(r"<=|>=|=<|=>|==|!=|≤|≥|<|>|=")
_SPELLINGS = {"≤": "<=", "≥": ">="}


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement.

    Attributes
    ----------
    text : str
        As the user wrote it.
    metric : str
        One of METRICS.
    operator : {"<=", "<", ">=", ">"}
    limit : float
        2% is 0.02.
    level : float, optional
        Confidence with which it must be known; None judges the point.
    class_name : str, optional
        For which class; a pattern where `is_pattern`.
    slice_name : str, optional
        For which slice, such as ``country=KR``; all of them where it is ``country.*``.
    is_pattern : bool
        Whether ``*`` in the name stands for anything.
    """

    text: str
    metric: str
    operator: Operator
    limit: float
    level: float | None = None
    class_name: str | None = None
    slice_name: str | None = None
    is_pattern: bool = False

    @property
    def about(self) -> Metric:
        """What is true of its metric."""
        return METRICS[self.metric]

    def require_baseline(self, *, given: bool) -> None:
        """Raise RuleError if it compares with a baseline and none is given."""
        if self.about.is_paired and not given:
            raise RuleError(
                f"The rule {self.text!r} needs a baseline.",
                hint=f"Give it with {option('baseline')}.",
            )

    def holds(self, value: float) -> bool:
        """Say whether a value satisfies the rule; NaN never does.

        Examples
        --------
        >>> parse_rule("ce <= 0.35").holds(0.35), parse_rule("ce < 0.35").holds(0.35)
        (True, False)
        """
        compare: dict[str, Callable[[float, float], bool]] = {
            "<=": lambda a, b: a <= b,
            "<": lambda a, b: a < b,
            ">=": lambda a, b: a >= b,
            ">": lambda a, b: a > b,
        }
        return compare[self.operator](value, self.limit)

    def for_looks(self, looks: int) -> Rule:
        """Return the rule at the level at which `looks` verdicts together have its own.

        Examples
        --------
        >>> round(parse_rule("ce <= 0.35 @95%").for_looks(10).level, 6)
        0.995
        """
        if self.level is None or looks == 1:
            return self
        return replace(self, level=1 - (1 - self.level) / looks)

    def margin(self, value: float) -> float:
        """Return how far a value is on the right side of the limit; negative on the wrong one."""
        return self.limit - value if self.operator in ("<", "<=") else value - self.limit

    def classes_among(self, names: Sequence[str]) -> list[int]:
        """Return the positions of the classes that the rule is about.

        Raises
        ------
        RuleError
            If there is none, with the nearest name.
        """
        if self.class_name is None:
            return []
        found = self._named(self.class_name, names)
        if not found:
            _refuse(self.text, f"there is no class {self.class_name!r}", self.class_name, names)
        return found

    def by_class(self, lookup: ClassLookup) -> Rule:
        """Return the rule with the class's own name, where it names a column of the class.

        Raises
        ------
        RuleError
            If it names no class, with the nearest name.
        ClassesError
            If it names columns of two classes.
        """
        if self.class_name is None or self._named(self.class_name, lookup.names):
            return self
        found = None if self.is_pattern else lookup.find(self.class_name)
        if found is None:
            fault = f"there is no class {self.class_name!r}"
            raise RuleError(f"The rule {self.text!r}: {fault}.", hint=lookup.hint(self.class_name))
        return replace(self, class_name=lookup.names[found])

    def slicing_among(self, slicings: Sequence[Sequence[str]]) -> int | None:
        """Return the position of the slicing, by its columns, whose slices the rule is about.

        None for a rule that is about no slices.

        Raises
        ------
        RuleError
            If there is none, with the nearest name.
        """
        name = self.slice_name
        if name is None:
            return None

        def fits(columns: Sequence[str]) -> bool:
            shape = ",".join(f"{re.escape(column)}=.*" for column in columns)
            return name == f"{','.join(columns)}.*" or bool(re.fullmatch(shape, name, re.DOTALL))

        found = [index for index, columns in enumerate(slicings) if fits(columns)]
        if found:  # A slice by two columns also begins as one by the first of them does.
            return max(found, key=lambda index: len(slicings[index]))
        parts = [part.partition("=")[0] for part in name.removesuffix(".*").split(",")]
        wanted, known = ",".join(parts), [",".join(columns) for columns in slicings]
        fault = f"there are no slices by {wanted!r}"
        if known:
            _refuse(self.text, fault, wanted, known)
        raise RuleError(
            f"The rule {self.text!r}: {fault}.", hint=f"Make them: {option('by', wanted)}."
        )

    def slices_among(self, slicing: str, titles: Sequence[str]) -> list[int]:
        """Return the positions of the slices, by their titles, that the rule is about.

        Raises
        ------
        RuleError
            If there is none, with the nearest title.
        """
        name = str(self.slice_name)
        if name == f"{slicing}.*":
            return list(range(len(titles)))
        found = self._named(name, titles)
        if not found:
            _refuse(self.text, f"there is no slice {name!r}", name, titles)
        return found

    def _named(self, wanted: str, names: Sequence[str]) -> list[int]:
        """Return the positions of the names that are meant: one, or those that match a pattern."""
        if wanted in names and not (self.is_pattern and wanted == "*"):
            return [names.index(wanted)]
        if not self.is_pattern:
            return []
        parts = map(re.escape, wanted.split("*"))
        pattern = re.compile(".*".join(parts) + r"\Z", re.DOTALL)
        return [index for index, name in enumerate(names) if pattern.match(name)]


def parse_rule(text: str) -> Rule:
    r"""Read a rule.

    The last operator divides it, so that names of classes may hold dots, spaces and operators; a
    name in quotes is taken letter by letter, ``*`` included.

    Raises
    ------
    RuleError
        With the nearest metric where it names none, and for numbers and levels that are none.

    Examples
    --------
    >>> parse_rule("class.*.ce <= 1.2 @ 95%").level
    0.95
    >>> rule = parse_rule("class.St. John > 3.accuracy >= 90%")
    >>> rule.class_name, rule.metric, rule.operator, rule.limit
    ('St. John > 3', 'accuracy', '>=', 0.9)
    """
    signs = list(_OPERATOR.finditer(text))
    if not signs:
        raise RuleError(f"The rule {text!r} has no number to compare with.", hint=GRAMMAR)
    sign = _SPELLINGS.get(signs[-1][0], signs[-1][0])
    target, right = text[: signs[-1].start()].strip(), text[signs[-1].end() :]
    if sign not in _OPERATORS:
        raise RuleError(
            f"The rule {text!r} has the operator {sign}.",
            hint="Use <=, <, >= or >. Measured values are never exactly equal.",
        )
    metric, scope, name, quoted = _read_target(text, target, many=len(signs) > 1)
    number, mark, level = right.partition("@")
    limit, is_percent = read_number(text, number.strip())
    if is_percent and not METRICS[metric].is_share:
        raise RuleError(
            f"The rule {text!r}: {metric} is not a share and cannot be compared with a percentage.",
            hint=f"Percentages work with {', '.join(SHARES)}.",
        )
    if METRICS[metric].is_share and not METRICS[metric].is_paired and limit > 1:
        hint = "1 or 100% means all rows." if is_percent else f"Write {number.strip()}%."
        raise RuleError(f"The rule {text!r}: {metric} is a share and never above 1.", hint=hint)
    if mark and METRICS[metric].is_counted:
        raise RuleError(
            f"The rule {text!r}: {metric} is a count and has no interval.", hint="Leave out the @."
        )
    return Rule(
        text=text,
        metric=metric,
        operator=_OPERATORS[sign],
        limit=limit,
        level=read_level(text, level.strip()) if mark else None,
        class_name=name if scope == "class" else None,
        slice_name=name if scope == "slice" else None,
        is_pattern="*" in name and not quoted,
    )


def parse_rules(texts: Sequence[str]) -> list[Rule]:
    """Read rules; RuleError if there is none at all."""
    if not texts:
        raise RuleError(
            "The gate has no rule.",
            hint=f"Add one, for example {option('require', 'ce <= 0.35')}.",
        )
    return [parse_rule(text) for text in texts]


def _read_target(text: str, target: str, *, many: bool) -> tuple[str, str, str, bool]:
    """Return metric, "class" or "slice" or nothing, its name, and whether that stood in quotes."""
    scope, dot, rest = target.partition(".")
    if scope not in _SCOPES or not dot:
        if many:
            raise RuleError(f"The rule {text!r} has two operators.", hint="Write it as two rules.")
        metric = canonical(target)
        if METRICS.get(metric, Metric()).of_classes:
            hint = f"Write class.cat.{metric} for one class, or class.*.{metric} for all."
            raise RuleError(f"The rule {text!r}: {metric} is measured per class.", hint=hint)
        if metric not in METRICS:
            fault = f"there is no metric {target!r}" if target else "it names no metric"
            _refuse(text, fault, metric, WHOLE_METRICS)
        return metric, "", "", False
    name, dot, metric = rest.rpartition(".")
    name, metric = name.strip(), canonical(metric.strip())
    known = CLASS_METRICS if scope == "class" else PART_METRICS
    if metric not in known:
        signs = [sign[0] for sign in _OPERATOR.finditer(rest)]
        if many and any(sign != "=" or scope == "class" for sign in signs):
            raise RuleError(f"The rule {text!r} has two operators.", hint="Write it as two rules.")
        _refuse(text, f"there is no metric {metric!r} of a {scope}", metric, known)
    if not dot or not name:
        raise RuleError(f"The rule {text!r} names no {scope}.", hint=f"As in {_SCOPES[scope]}.")
    quoted = len(name) > 1 and name[0] == name[-1] and name[0] in "\"'"
    return metric, scope, name[1:-1] if quoted else name, quoted


def _refuse(text: str, fault: str, name: str, known: Collection[str]) -> NoReturn:
    if why := NOT_JUDGED.get(name):
        fault, name = why, ""
    hint = did_you_mean(name, known) or f"Known: {listed(known)}."
    raise RuleError(f"The rule {text!r}: {fault}.", hint=hint)
