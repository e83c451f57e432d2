"""Help: what a command is for, its options in groups, in words rather than in types."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from xent_cli.cli.commands import COMMANDS
from xent_cli.errors import spell

if TYPE_CHECKING:
    from xent_cli.schema.declared import Option

TITLES = {
    "own": "Options of {command}",
    "input": "Files and columns",
    "meaning": "Meaning of the data",
    "figures": "Figures",
    "uncertainty": "Uncertainty",
    "output": "Output",
    "running": "Running",
}
WIDE = 22
"""Columns for the name of an option; what is longer has a line of its own."""
EXIT_CODES = (
    "Exit codes: 0 success, or the gate passed; 1 the gate failed; 2 an error, "
    "nothing was judged; 3 the gate is inconclusive; 129, 130 or 143 stopped by "
    "SIGHUP, Ctrl-C or SIGTERM."
)


Rows = list[tuple[str, str]]


def write_help(command: Any, context: Any, formatter: Any) -> None:
    """Write the help of a command: usage, purpose, arguments, and its options by their groups."""
    usage, sections = described(command, context)
    formatter.write_usage(context.command_path, usage)
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(inspect.cleandoc(command.help))
    for title, rows in sections.items():
        with formatter.section(title):
            formatter.write_dl([(said.ljust(WIDE), text) for said, text in rows], col_max=WIDE)


def described(command: Any, context: Any) -> tuple[str, dict[str, Rows]]:
    """Return how a command is used, and the rows of each section of its help that has any."""
    parameters = command.get_params(context)
    arguments = [item for item in parameters if item.param_type_name == "argument"]
    usage = [item.metavar if item.required else f"[{item.metavar}]" for item in arguments]
    callback = inspect.unwrap(command.callback)
    declared = {item.name: item for item in callback.options}
    rows: dict[str, Rows] = {name: [] for name in TITLES}
    for parameter in parameters:
        item = declared.get(parameter.name)
        if item is not None:
            group = "own" if item.name in callback.own else item.group
            rows[group].append((_left(item), _right(item)))
        elif parameter not in arguments:
            names = ", ".join(sorted(parameter.opts, key=len, reverse=True))
            said = f"{names} {parameter.metavar}" if parameter.metavar else names
            rows["running" if parameter.is_eager else "own"].append((said, parameter.help))
            if parameter.required:
                usage.append(said)
    sections = {"Arguments": [(item.metavar, item.help) for item in arguments]} | {
        title.format(command=context.info_name): rows[name] for name, title in TITLES.items()
    }
    return " ".join([*usage, "[OPTIONS]"]), {key: found for key, found in sections.items() if found}


def write_list(group: Any, formatter: Any) -> None:
    """Write the help of xent: what it is for, and its commands."""
    formatter.write_usage("xent", "COMMAND ...")
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(group.help)
    helped = ("help COMMAND", "Show the arguments and options of a command.")
    with formatter.section("Commands"):
        formatter.write_dl([*COMMANDS.items(), helped])
    with formatter.section("Options"):
        formatter.write_dl(
            [
                ("--version, -V", "Show the version."),
                ("--help, -h", "Show this message."),
                ("--install-completion", "Let this shell complete commands, options and files."),
                ("--show-completion", "Print the script that completes them."),
            ]
        )
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(EXIT_CODES)


def _left(item: Option) -> str:
    """Return the spellings of an option, and a word for its value.

    Examples
    --------
    >>> from xent_cli.schema.declared import options_of
    >>> from xent_cli.schema.options import EvalOptions, Execution
    >>> known = {item.name: item for item in (*options_of(EvalOptions), *options_of(Execution))}
    >>> [_left(known[name]) for name in ("scale", "jobs", "pred_cols")]
    ['--from WORD', '--jobs, -j N', '--pred-cols COL']
    """
    names = ", ".join(item.flags)
    if item.spoken is bool:
        return names
    return f"{names} {item.metavar or ('WORD' if item.choices else 'N')}"


def _right(item: Option) -> str:
    """Return what an option does, which words it may be, and what it is if nothing is said.

    Examples
    --------
    >>> from xent_cli.schema.declared import options_of
    >>> from xent_cli.schema.options import EvalOptions
    >>> known = {item.name: item for item in options_of(EvalOptions)}
    >>> _right(known["invalid"])
    'What to do with rows that have missing values. [error (default) or drop]'
    """
    text, _, default = spell(item.help).partition(" [default: ")
    default = default.removesuffix("]")
    words = [f"{word} (default)" if word == item.default else word for word in item.choices]
    if words:
        listed = f"{', '.join(words[:-1])} or {words[-1]}"
        return f"{text} [{listed}; default: {default}]" if default else f"{text} [{listed}]"
    if item.spoken in (int, float) and item.default:
        default = f"{item.default:.2g}"
    return f"{text} [default: {default}]" if default else text
