"""Sites: every place in the code whose message names an option, or a command.

A site is called by its file, its function and what it names: `schema/mode.py _refuse pred_cols`.
Help texts stand outside of functions and are none. Nor is a message that begins with the option it
complains of (`--by age: ...`): it names what the user gave, and no way out.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import xent_cli

HOME = Path(xent_cli.__file__).parent

_COMMAND = re.compile(r"(?<![\w=\"])xent (?:calibrate|compare|eval|explain|gate|merge|rows|show)\b")
_LITERAL = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def sites() -> Counter[str]:
    """Count the sites of the package: a function may name an option twice."""
    found: Counter[str] = Counter()
    for path in sorted(HOME.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        where = path.relative_to(HOME).as_posix()
        found.update(f"{where} {site}" for site in _in(tree, (), within=False))
    return found


def named(field: str, value: object, *, given: bool) -> str:
    """Call an option as a site does: by its field, with a value that is written in the code."""
    return (
        f"{field}={str(value).split()[0]}"
        if given and isinstance(value, str | int | bool)
        else field
    )


def _in(node: ast.AST, names: tuple[str, ...], *, within: bool) -> Iterator[str]:
    if isinstance(node, _Function | ast.ClassDef) and not within:
        names = (*names, node.name)
        within = isinstance(node, _Function)
    if within:
        yield from (f"{'.'.join(names)} {what}" for what in _named_by(node))
    for child in _children(node):
        yield from _in(child, names, within=within)


def _children(node: ast.AST) -> list[ast.AST]:
    """Return what stands below a node, but for docstrings and options that a message is about."""
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, _Function | ast.ClassDef):
        return [child for child in children if not _is_text(child)]
    if isinstance(node, ast.Call) and node.args and _is_error(node):
        return [*_behind_its_subject(node.args[0]), *node.args[1:], *node.keywords]
    return children


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_error(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id.endswith("Error")


def _behind_its_subject(message: ast.expr) -> list[ast.AST]:
    if not isinstance(message, ast.JoinedStr):
        return [message]
    first = message.values[0]
    about = isinstance(first, ast.FormattedValue) and _option(first.value) is not None
    return list(message.values[1:] if about else message.values)


def _option(node: ast.AST) -> str | None:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return None
    if node.func.id != "option":
        return None
    field, *values = node.args
    name = field.value if isinstance(field, ast.Constant) else "*"
    value = values[0].value if values and isinstance(values[0], ast.Constant) else None
    return named(str(name), value, given=value is not None)


def _named_by(node: ast.AST) -> Iterator[str]:
    if (found := _option(node)) is not None:
        yield found
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _COMMAND.findall(node.value)
    if isinstance(node, ast.keyword) and node.arg == "hint":
        for part in ast.walk(node.value):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield from _LITERAL.findall(part.value)
