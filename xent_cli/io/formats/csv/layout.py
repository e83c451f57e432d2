"""Layout: lines that are no delimited text, and how each becomes a line of one."""

from __future__ import annotations

import re

from xent_cli.fast_dataclass import dataclass
from xent_cli.io.formats.csv.numerals import is_number

_JUDGED = 1 << 16
_BRACKETED = re.compile(r"\s*[\[(]+[^\[\]{}\"]*[\])]+\s*\Z")
_PAIR = re.compile(r"(__label__\S+)[ \t]+(\S+)")
_PAIRS = re.compile(r"[ \t]*(?:__label__\S+[ \t]+[-+.\deE]+[ \t]*)+\Z")
_SPACES = re.compile(rb'("(?:[^"\r\n]|"")*")|[ \t]+')
_ENDS = re.compile(rb"^ +| +(?=\r?$)", re.MULTILINE)


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
        Lines are pairs of a label and its probability, as fastText prints them, in any order.
    """

    brackets: bool = False
    spaces: bool = False
    labels: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.brackets or self.spaces or bool(self.labels)

    def rewrite(self, data: bytes | bytearray) -> bytes:
        r"""Return lines as delimited text.

        Examples
        --------
        >>> Layout(brackets=True).rewrite(b"[0.7, 0.3]\n"), Layout(spaces=True).rewrite(b" a  b\n")
        (b'0.7, 0.3\n', b'a b\n')
        >>> Layout(labels=("__label__a", "__label__b")).rewrite(b"__label__b 0.9 __label__a 0.1\n")
        b'0.1 0.9\n'
        """
        data = bytes(data)
        if self.labels:
            return self._rewrite_pairs(data)
        if self.brackets:
            data = data.translate(None, b"[]()")
        if self.spaces:
            data = _SPACES.sub(lambda match: match[1] or b" ", data)
            data = _ENDS.sub(b"", data)
        return data

    def _rewrite_pairs(self, data: bytes) -> bytes:
        lines = []
        for line in data.decode("utf-8", "replace").splitlines():
            found = _PAIR.findall(line)
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
        if lines and all(map(_PAIRS.match, lines)):
            pairs = [_PAIR.findall(line) for line in lines]
            if all(is_number(number) for line in pairs for _, number in line):
                return Layout(labels=tuple(dict.fromkeys(n for line in pairs for n, _ in line)))
    return Layout()


def _first_lines(text: str) -> list[str]:
    lines = text[:_JUDGED].splitlines()
    if len(text) > _JUDGED and len(lines) > 1:
        del lines[-1]  # It may be cut.
    return [line for line in lines if line.strip()]
