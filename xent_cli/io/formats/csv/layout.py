"""Layout: lines that are no delimited text, and how each becomes a line of one."""

from __future__ import annotations

import re

from xent_cli.fast_dataclass import dataclass
from xent_cli.io.formats.csv.numerals import is_number
from xent_cli.lazy_pattern import lazy_pattern

_JUDGED = 1 << 16
_BRACKETED = lazy_pattern(r"\s*[\[(]+[^\[\]{}\"]*[\])]+\s*\Z")
_PAIR = lazy_pattern(r"(__label__\S+)[ \t]+(\S+)")
_PAIRS = lazy_pattern(r"[ \t]*(?:__label__\S+[ \t]+[-+.\deE]+[ \t]*)+\Z")
_COLON = lazy_pattern(r"(\d+):(\S+)")
_COLONS = lazy_pattern(r"[ \t]*(?:\d+:[-+.\deE]+[ \t]*){2,}\Z")
_TAGGED = lazy_pattern(r"[ \t]*__label__\S+(?:[ \t]+(?!__label__).*)?\Z")
_SPARSE = lazy_pattern(r"[ \t]*[-+]?\d+(?:\.0*)?(?:[ \t]+(?:qid|\d+):[-+.\deE]+)*[ \t]*\Z")
_NAMESPACED = lazy_pattern(
    r"[ \t]*[-+]?\d+(?:\.0*)?[ \t]+(?:[\d.]+[ \t]+)?[^\s|]*(?:\|[A-Za-z_]\w*[ \t]+[^|]*)+\Z"
)
_FIRST = lazy_pattern(rb"^[ \t]*([^ \t\r\n]+)[^\r\n]*", re.MULTILINE)
_WEKA = lazy_pattern(r"\s*inst#[\s,]+actual[\s,]+predicted[\s,]+error[\s,]+distribution\b[^\r\n]*")
_STAR = lazy_pattern(rb",\*(?=[\d.])")
_PLAIN = lazy_pattern(
    rb"^[ \t]*(\d+)[ \t]+(\S+)[ \t]+(\S+)[ \t]+(?:(\+)[ \t]+)?([*\d.,eE-]+)[ \t]*(?=\r?$)",
    re.MULTILINE,
)
_SPACES = lazy_pattern(rb'("(?:[^"\r\n]|"")*")|[ \t]+')
_ENDS = lazy_pattern(rb"^ +| +(?=\r?$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Layout:
    """How lines are rewritten before they are parsed; each stays one line.

    Attributes
    ----------
    brackets : bool
        Lists as Python and NumPy print them: ``[0.7, 0.2, 0.1]``.
    spaces : bool
        Several blanks stand between two fields.
    labels : tuple of str
        Lines are pairs of a label and its probability, as fastText and VW print them, in any order.
    first : bool
        Lines are a label and what was to be labelled: fastText's texts, libsvm's and VW's features.
    names : tuple of str
        Weka's table of predictions with their distribution, a column for each of its numbers.
    """

    brackets: bool = False
    spaces: bool = False
    labels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    first: bool = False

    def __bool__(self) -> bool:
        return self.brackets or self.spaces or self.first or bool(self.labels or self.names)

    def rewrite(self, data: bytes | bytearray) -> bytes:
        r"""Return lines as delimited text.

        Examples
        --------
        >>> Layout(brackets=True).rewrite(b"[0.7, 0.3]\n"), Layout(spaces=True).rewrite(b" a  b\n")
        (b'0.7, 0.3\n', b'a b\n')
        >>> Layout(labels=("__label__a", "__label__b")).rewrite(b"__label__b 0.9 __label__a 0.1\n")
        b'0.1 0.9\n'
        >>> Layout(names=("inst#",)).rewrite(b"1,1:cat,1:cat,,*0.9,0.1\n")
        b'1,1:cat,1:cat,,0.9,0.1\n'
        >>> Layout(first=True).rewrite(b"__label__a How are you?\n1 3:0.5 7:1\n")
        b'__label__a\n1\n'
        """
        data = bytes(data)
        if self.first:
            return _FIRST.sub(rb"\1", data)
        if self.names:
            return _STAR.sub(b",", _PLAIN.sub(rb"\1,\2,\3,\4,\5", data))
        if self.labels:
            return self._rewrite_pairs(data)
        if self.brackets:
            data = data.translate(None, b"[]()")
        if self.spaces:
            data = _SPACES.sub(lambda match: match[1] or b" ", data)
            data = _ENDS.sub(b"", data)
        return data

    def _rewrite_pairs(self, data: bytes) -> bytes:
        lines, pair = [], _pair_of(self.labels)
        for line in data.decode("utf-8", "replace").splitlines():
            found = pair.findall(line)
            chances = dict(found)
            known = [chances[label] for label in self.labels if label in chances]
            is_whole = len(found) == len(chances) == len(known) == len(self.labels)
            lines.append(" ".join(known) if is_whole else "__label__")  # That is refused.
        return ("\n".join(lines) + "\n").encode()


def detect_layout(text: str) -> Layout:
    """Judge the first lines of a text.

    Examples
    --------
    >>> detect_layout("__label__b 0.9 __label__a 0.1").labels
    ('__label__b', '__label__a')
    >>> bool(detect_layout("p_a,p_b"))
    False
    """
    start = text[:64].lstrip()
    if start[:1] in ("[", "("):
        lines = _first_lines(text)
        if all(map(_BRACKETED.match, lines)):
            return Layout(brackets=True)
    elif start.startswith("__label__"):
        lines = _first_lines(text)
        if lines and all(map(_PAIRS.match, lines)) and (labels := _labels(_PAIR, lines)):
            return Layout(labels=labels)
        if all(map(_TAGGED.match, lines)) and any(len(line.split()) > 1 for line in lines):
            return Layout(first=True)
    elif "inst#" in start and (match := _WEKA.match(text)):
        return _weka(re.split(r"[\s,]+", match[0].strip()), _first_lines(text)[1:])
    elif (":" in start or "|" in start) and start[0] in "+-0123456789":
        lines = _first_lines(text)
        if all(map(_COLONS.match, lines)) and (labels := _labels(_COLON, lines)):
            return Layout(labels=labels)
        if all(map(_SPARSE.match, lines)) or all(map(_NAMESPACED.match, lines)):
            return Layout(first=True)
    return Layout()


def _labels(pair: re.Pattern[str], lines: list[str]) -> tuple[str, ...]:
    """Return the labels of pairs, if they are pairs of a label and a number."""
    pairs = [found for line in lines for found in pair.findall(line)]
    whole = all(is_number(number) for _, number in pairs)
    return tuple(dict.fromkeys(name for name, _ in pairs)) if whole else ()


def _pair_of(labels: tuple[str, ...]) -> re.Pattern[str]:
    return _PAIR if labels[0].startswith("__label__") else _COLON


def _weka(header: list[str], lines: list[str]) -> Layout:
    """Return Weka's table, whose header has one name for the distribution over all classes.

    Classes are called as the labels are, ``2:dog``, and ``3:?`` if no label of theirs was seen.
    """
    rewritten = Layout(names=("inst#",)).rewrite("\n".join(lines).encode()).decode().splitlines()
    rows = [line.split(",") for line in rewritten]
    k = len(rows[0]) - len(header) + 1 if rows else 0
    if k < 2:
        return Layout()
    seen = {cell.partition(":")[0]: cell for row in rows for cell in row[1:3]}
    classes = [f"distribution {seen.get(str(at), f'{at}:?')}" for at in range(1, k + 1)]
    at = header.index("distribution")
    return Layout(names=(*header[:at], *classes, *header[at + 1 :]))


def _first_lines(text: str) -> list[str]:
    lines = text[:_JUDGED].splitlines()
    if len(text) > _JUDGED and len(lines) > 1:
        del lines[-1]  # It may be cut.
    return [line for line in lines if line.strip()]
