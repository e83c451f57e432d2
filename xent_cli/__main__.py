"""python -m xent_cli."""

from xent_cli.cli import process

if __name__ == "__main__":
    process()
