"""Class lookup: which class a user means, by its own name or by that of its column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xent_cli.errors import ClassesError
from xent_cli.schema.name_suggestions import did_you_mean, listed


@dataclass(frozen=True, slots=True)
class ClassLookup:
    """Finds classes by what they may be called.

    Attributes
    ----------
    names : tuple of str
        The classes' own names, which win over everything else.
    columns : tuple of (str, int)
        Columns that speak of a class, each with the class's position.

    Examples
    --------
    >>> lookup = ClassLookup(("cat", "dog"), (("p_cat", 0), ("p_dog", 1)))
    >>> lookup.find("dog"), lookup.find("p_dog"), lookup.find("p_cow")
    (1, 1, None)
    >>> lookup.hint("p_dgo")
    'Did you mean p_dog?'
    >>> lookup.hint("x")
    'Known: classes cat, dog; columns p_cat, p_dog.'
    """

    names: tuple[str, ...]
    columns: tuple[tuple[str, int], ...] = field(default=())

    @classmethod
    def of(cls, names: Sequence[str], columns: Iterable[tuple[str, int]] = ()) -> ClassLookup:
        """Return a lookup; a column that is called as its class is not listed twice."""
        distinct = dict.fromkeys(columns)
        return cls(tuple(names), tuple((c, at) for c, at in distinct if c != names[at]))

    def find(self, name: str) -> int | None:
        """Return the position of the class that a name means, or None.

        Raises
        ------
        ClassesError
            If it is no class, and columns of two classes are called so.
        """
        if name in self.names:
            return self.names.index(name)
        found = sorted({at for column, at in self.columns if column == name})
        if len(found) > 1:
            shown = " and ".join(self.names[at] for at in found)
            raise ClassesError(
                f"{name!r} is not a class, but the classes {shown} have columns with that name.",
                hint=f"Use the name of the class: {listed(self.names)}.",
            )
        return found[0] if found else None

    def hint(self, name: str) -> str:
        """Return the nearest name to one that means no class, or all that there are."""
        columns = list(dict.fromkeys(column for column, _ in self.columns))
        if not columns:
            return did_you_mean(name, self.names) or f"Known: {listed(self.names)}."
        return did_you_mean(name, [*self.names, *columns]) or (
            f"Known: classes {listed(self.names)}; columns {listed(columns)}."
        )
