"""GitHub: workflow commands that become annotations, and the summary of a step."""

from __future__ import annotations

from xent_cli.analysis.gate.verdicts import GateResult, Verdict
from xent_cli.errors import XentError
from xent_cli.render.document import Document
from xent_cli.render.documents.gate import columns, document, files, headline, notices, title
from xent_cli.render.junit import message
from xent_cli.render.markdown import render_markdown
from xent_cli.render.text import clean
from xent_cli.render.view import View
from xent_cli.schema.provenance import Notice

MOST_ANNOTATIONS = 10
"""GitHub shows so many of each kind in a step and drops the rest."""

MOST_BYTES = 1_000_000
"""GitHub refuses summaries above 1 MiB."""


def render_github(result: GateResult) -> str:
    """Return one workflow command a verdict that did not pass, and one for the whole."""
    lines, said = [], notices(result)
    n_warnings = sum(_command(notice) == "warning" for notice in said)
    for outcome, command, room in (
        ("fail", "error", MOST_ANNOTATIONS),
        ("inconclusive", "warning", max(1, MOST_ANNOTATIONS - n_warnings)),
    ):
        chosen = [verdict for verdict in result.verdicts if verdict.outcome == outcome]
        # The last place of its kind says how many more there are.
        shown = chosen if len(chosen) <= room else chosen[: room - 1]
        lines += [_annotation(command, verdict) for verdict in shown]
        if left := len(chosen) - len(shown):
            lines.append(
                f"::{command} title=xent gate::{left:,} more verdicts are in the summary of "
                "the step."
            )
    for notice in said:
        where = f"title=xent gate ({_property(notice.code)})"
        lines.append(f"::{_command(notice)} {where}::{_data(notice.message)}")
    lines += [f"::notice title=xent gate (columns)::{_data(read)}" for read in columns(result)]
    lines.append(f"::notice title=xent gate::{_data(f'{headline(result)}: {files(result)}')}")
    return "\n".join(lines) + "\n"


def render_github_error(error: XentError) -> str:
    """Return the workflow command that says why nothing was judged."""
    return f"::error title=xent gate ({error.code})::{_data(str(error))}\n"


def render_summary_error(error: XentError, name: str) -> str:
    """Return Markdown for GITHUB_STEP_SUMMARY that says so."""
    said = Document(f"gate: could not be judged: {name}", (), "", remarks=(f"error: {error}",))
    return render_markdown(said, View())


def render_summary(result: GateResult) -> str:
    """Return Markdown for GITHUB_STEP_SUMMARY, below its limit."""
    text = render_markdown(document(result, view := View()), view)
    size = len(text.encode("utf-8", "backslashreplace"))
    if size <= MOST_BYTES:
        return text
    kept, room = [], MOST_BYTES - 200
    for line in text.splitlines(keepends=True):
        room -= len(line.encode("utf-8", "backslashreplace"))
        if room < 0:
            break
        kept.append(line)
    return "".join(kept) + "\nThe rest is left out, because a summary can hold at most 1 MiB.\n"


def _annotation(command: str, verdict: Verdict) -> str:
    return f"::{command} title={_property(title(verdict))}::{_data(message(verdict))}"


def _command(notice: Notice) -> str:
    return "notice" if notice.code in ("config", "holm", "looks") else "warning"


def _data(text: str) -> str:
    r"""Escape the message of a workflow command.

    Examples
    --------
    >>> _data("100%\n::error::no")
    '100%25\\n::error::no'
    """
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property of a workflow command, where colons and commas divide too."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
