"""What a field can hold: for each word of the table, a reader that finds the names in its value.

A reader says which parts of a text are names and what each refers to. Renaming, looking for
references that lead nowhere and the way back all rest on that, so that none can differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.variant import shapes, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promote.model.json import Json
    from promote.variant.parts import Around, Part

READERS: dict[str, Callable[[Json, Around], Iterator[Part]]] = {
    "cluster": shapes.of_text(texts.read_cluster),
    "ns": shapes.of_text(texts.read_ns),
    "csv ns": shapes.of_text(texts.csv_of(texts.read_ns)),
    "name": shapes.of_text(texts.read_name),
    "ns/name": shapes.of_text(texts.read_ns_name),
    "ns:name": shapes.of_text(texts.read_ns_colon_name),
    "host": shapes.of_text(texts.read_host),
    "ns/host": shapes.of_text(texts.read_ns_host),
    "url": shapes.of_text(texts.read_url),
    "csv url": shapes.of_text(texts.csv_of(texts.read_url)),
    "server": shapes.of_text(texts.read_server),
    "cluster/ns": shapes.of_text(texts.read_cluster_ns),
    "principal": shapes.of_text(texts.read_principal),
    "trust domain": shapes.of_text(texts.read_trust_domain),
    "san": shapes.of_text(texts.read_san),
    "envoy cluster": shapes.of_text(texts.read_envoy_cluster),
    "search": shapes.of_text(texts.read_search),
    "fqn": shapes.of_text(texts.read_fqn),
    "claim": shapes.of_text(texts.read_claim),
    "claim ref": shapes.read_claim_ref,
    "ref": shapes.read_ref,
    "subject": shapes.read_subject,
    "ns selector": shapes.read_ns_selector,
    "condition": shapes.read_condition,
    "rbac rule": shapes.read_rbac_rule,
}
"""The readers, by the word that the table of fields uses."""
