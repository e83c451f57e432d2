"""Files: everything that is read, as sources of Arrow blocks. The only place that knows pyarrow."""

from xent_cli.files.block import Block
from xent_cli.files.opening import open_source
from xent_cli.files.source import Source, Use
from xent_cli.schema.column import Column
from xent_cli.schema.types import InputFormat

__all__ = ["Block", "Column", "InputFormat", "Source", "Use", "open_source"]
