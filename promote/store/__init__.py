"""Results kept by the content of what they were made of, so that nothing is rendered twice."""

from promote.store.database import ResultStore, StoreInfo, default_folder
from promote.store.identity import program_identity
from promote.store.index import Entry, Index
from promote.store.inputs import Inputs, RecordingTree
from promote.store.runs import Sights, is_repeat, run_name

__all__ = [
    "Entry",
    "Index",
    "Inputs",
    "RecordingTree",
    "ResultStore",
    "Sights",
    "StoreInfo",
    "default_folder",
    "is_repeat",
    "program_identity",
    "run_name",
]
