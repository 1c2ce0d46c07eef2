"""Results kept by the content of what they were made of, so that nothing is rendered twice."""

from promote.store.database import ResultStore, StoreInfo, default_folder
from promote.store.identity import program_identity
from promote.store.index import Entry, Index
from promote.store.inputs import Inputs, RecordingTree

__all__ = [
    "Entry",
    "Index",
    "Inputs",
    "RecordingTree",
    "ResultStore",
    "StoreInfo",
    "default_folder",
    "program_identity",
]
