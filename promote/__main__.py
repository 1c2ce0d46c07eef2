"""`python -m promote`: the same program by the name of its package."""

from promote.cli.main import run

run()
