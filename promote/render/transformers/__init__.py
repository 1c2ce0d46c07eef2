"""One transformation a file, and the list of them in the order in which a layer applies them.

A new transformer is one more file here and one more row below: its name, how the fields of a
kustomization ask for it, and how a document of its own (`transformers:`) does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promote.render.transformers import (
    affixes,
    hashes,
    images,
    labels,
    namespace,
    patches,
    replace,
    replicas,
    value_add,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promote.model.json import Document
    from promote.render.layer import Layer, Transformer


class Kind(NamedTuple):
    """A kind of transformer.

    Attributes:
        name: its kind, as a document of its own states it.
        from_kustomization: the transformers that the fields of a kustomization ask for.
        from_config: the transformer that a document asks for.
    """

    name: str
    from_kustomization: Callable[[Layer], Iterator[Transformer]]
    from_config: Callable[[Document, Layer], Transformer]


# The order is kustomize's: patches see the names of the base, prefixes come after the namespace,
# and replacements see everything.
TRANSFORMERS = (
    Kind(
        "PatchStrategicMergeTransformer",
        patches.strategic_from_kustomization,
        patches.strategic_from_config,
    ),
    Kind("PatchTransformer", patches.from_kustomization, patches.patch_from_config),
    Kind("NamespaceTransformer", namespace.from_kustomization, namespace.from_config),
    Kind("PrefixTransformer", affixes.prefix_from_kustomization, affixes.prefix_from_config),
    Kind("SuffixTransformer", affixes.suffix_from_kustomization, affixes.suffix_from_config),
    Kind("LabelTransformer", labels.labels_from_kustomization, labels.labels_from_config),
    Kind(
        "AnnotationsTransformer",
        labels.annotations_from_kustomization,
        labels.annotations_from_config,
    ),
    Kind("PatchJson6902Transformer", patches.json_from_kustomization, patches.json_from_config),
    Kind("ReplicaCountTransformer", replicas.from_kustomization, replicas.from_config),
    Kind("ImageTagTransformer", images.from_kustomization, images.from_config),
    Kind("ReplacementTransformer", replace.from_kustomization, replace.from_config),
)

BY_DOCUMENT = {kind.name: kind.from_config for kind in TRANSFORMERS} | {
    "HashTransformer": hashes.from_config,
    "PrefixSuffixTransformer": affixes.both_from_config,
    "ValueAddTransformer": value_add.from_config,
}
"""Those that a document of `transformers:` may ask for."""
