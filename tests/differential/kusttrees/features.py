"""What a layer may do, how often it does it, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees import configuring, generating, naming, patching, plugging, replacing, substituting

if TYPE_CHECKING:
    from collections.abc import Callable

    from kusttrees.layer import Layer

    Features = list[tuple[str, float, Callable[[Layer], None]]]

# The order is that in which kustomize applies them, as far as names go: what comes later sees the
# names that what came earlier has made. Components come between those that make resources and those
# that change them.
MAKING: Features = [
    ("configurations", 0.1, configuring.configurations),
    ("crds", 0.05, configuring.definitions),
    ("openapi", 0.05, configuring.schema),
    ("generatorOptions", 0.1, generating.options),
    ("configMapGenerator", 0.35, generating.config_maps),
    ("secretGenerator", 0.2, generating.secrets),
    ("generators", 0.06, plugging.generators),
]
CHANGING: Features = [
    ("vars", 0.06, substituting.variables),
    ("patchesStrategicMerge", 0.1, patching.strategic),
    ("patches", 0.45, patching.patches),
    ("patchesJson6902", 0.08, patching.json6902),
    ("namespace", 0.35, naming.namespace),
    ("namePrefix", 0.3, naming.prefix),
    ("nameSuffix", 0.2, naming.suffix),
    ("labels", 0.25, naming.labels),
    ("commonLabels", 0.15, naming.common_labels),
    ("commonAnnotations", 0.15, naming.common_annotations),
    ("replicas", 0.15, substituting.replicas),
    ("images", 0.25, substituting.images),
    ("replacements", 0.25, replacing.replacements),
    ("transformers", 0.15, plugging.transformers),
    ("validators", 0.05, plugging.validators),
    ("sortOptions", 0.1, configuring.order),
    ("buildMetadata", 0.08, configuring.metadata),
]


def apply(layer: Layer, features: Features, *, scale: float) -> None:
    """Let the layer use some of the features."""
    for name, probability, use in features:
        if layer.things and layer.dice.chance(probability * scale):
            layer.note(name)
            use(layer)
