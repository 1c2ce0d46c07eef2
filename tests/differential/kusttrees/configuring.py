"""What a layer says about the work itself: where names stand, schemas, order and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node


def configurations(layer: Layer) -> None:
    """`configurations`: more places for names, labels and images."""
    chosen = layer.dice.some(_PLACES, 1, 5)
    for name, _ in chosen:
        layer.note(f"configurations: {name}")
    if layer.dice.chance(0.3) and len(chosen) > 1:
        layer.append("configurations", layer.file("first.yaml", dict(chosen[:1])))
        chosen = chosen[1:]
    layer.append("configurations", layer.file("configuration.yaml", dict(chosen)))


def _references() -> list[Node]:
    """Which field of which kind holds a name, by the kind that it names."""
    fields: dict[str, list[Node]] = {
        "ConfigMap": [
            {"path": "spec/configRef/name", "kind": "Widget"},
            {"path": "spec/configRef", "kind": "Gadget"},
        ],
        "Service": [
            {"path": "spec/http/route/destination/host", "kind": "VirtualService"},
            {"path": "spec/host", "group": "networking.istio.io"},
            {"path": "spec/rules/backendRefs/name", "kind": "HTTPRoute"},
            {"path": "spec/strategy/canary/canaryService", "kind": "Rollout"},
        ],
        "Gateway": [
            {"path": "spec/gateways", "kind": "VirtualService"},
            {"path": "spec/parentRefs", "kind": "HTTPRoute"},
        ],
        "Secret": [
            {"path": "spec/servers/tls/credentialName", "kind": "Gateway"},
            {"path": "spec/secretName", "kind": "Certificate"},
            {"path": "spec/acme/privateKeySecretRef/name", "version": "v1", "kind": "Issuer"},
        ],
        "Issuer": [{"path": "spec/issuerRef/name", "kind": "Certificate"}],
        "Widget": [{"path": "spec/scaleTargetRef/name", "kind": "HorizontalPodAutoscaler"}],
    }
    groups = {"Issuer": "cert-manager.io", "Gateway": "networking.istio.io"}
    references: list[Node] = []
    for kind, specs in fields.items():
        reference: Mapping = {"kind": kind, "fieldSpecs": specs}
        if kind in groups:
            reference["group"] = groups[kind]
        references.append(reference)
    return references


_PLACES: list[tuple[str, Node]] = [
    ("nameReference", _references()),
    ("nameReference", _references()[1:3]),
    ("commonLabels", [{"path": "spec/selector/matchLabels", "create": True, "kind": "Widget"}]),
    ("commonLabels", [{"path": "spec/template/metadata/labels", "kind": "Rollout"}]),
    ("commonAnnotations", [{"path": "spec/notes", "create": True, "group": "example.com"}]),
    ("labels", [{"path": "spec/subsets/labels", "create": True, "kind": "DestinationRule"}]),
    ("templateLabels", [{"path": "spec/template/metadata/labels", "kind": "Rollout"}]),
    ("images", [{"path": "spec/image", "kind": "Gadget"}]),
    ("images", [{"path": "spec/source/kustomize/images[]", "kind": "Application"}]),
    ("images", [{"path": "spec/template/spec/volumes[]/image", "create": True}]),
    ("replicas", [{"path": "spec/nested/replicas", "kind": "Widget", "create": True}]),
    ("replicas", [{"path": "spec/replicas", "kind": "Rollout"}]),
    ("namePrefix", [{"path": "spec/prefixed", "kind": "Widget"}]),
    ("namePrefix", [{"path": "metadata/annotations/note", "create": True}]),
    ("nameSuffix", [{"path": "spec/configRef/name", "kind": "Gadget"}]),
    ("varReference", [{"path": "spec/odd0", "kind": "Widget"}]),
    ("varReference", [{"path": "spec/http/match/headers", "kind": "VirtualService"}]),
    ("namespace", [{"path": "spec/namespace", "kind": "Gadget", "create": True}]),
    ("namespace", [{"path": "spec/destination/namespace", "group": "argoproj.io"}]),
    ("namespace", [{"path": "spec/namespaceSelector/matchNames", "kind": "ServiceMonitor"}]),
]


def definitions(layer: Layer) -> None:
    """`crds`: an OpenAPI file that says which field holds a name."""
    spec: Mapping = {"properties": {"configRef": {"$ref": "example.com/v1.ConfigRef"}}}
    reference: Mapping = {
        "x-kubernetes-object-ref-api-version": "v1",
        "x-kubernetes-object-ref-kind": "ConfigMap",
        "x-kubernetes-object-ref-name-key": "name",
        "properties": {"name": {"type": "string"}},
    }
    top: Mapping = {"properties": {"spec": {"$ref": "example.com/v1.WidgetSpec"}}}
    top["properties"] |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}  # type: ignore[operator]
    top["properties"] |= {"metadata": {"$ref": "k8s.io/ObjectMeta"}}  # type: ignore[operator]
    schemas: Mapping = {
        "example.com/v1.Widget": {"Schema": top},
        "example.com/v1.WidgetSpec": {"Schema": spec},
        "example.com/v1.ConfigRef": {"Schema": reference},
    }
    layer.append("crds", layer.file("crd.json", schemas, json=True))


def schema(layer: Layer) -> None:
    """`openapi`: a version by name, or a schema of one's own with merge keys."""
    if layer.dice.chance(0.4):
        layer.kustomization["openapi"] = {"version": "v1.21.2"}
        return
    by = {"x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"}
    item: Mapping = {"type": "object"}
    if layer.dice.chance(0.3):
        item = {"$ref": "#/definitions/com.example.v1.Item"}
    items: Mapping = {"type": "array", "items": item, **by}
    strings: Mapping = {"type": "array", "items": {"type": "string"}}
    strings |= {"x-kubernetes-patch-strategy": "merge"}
    definitions: Mapping = {
        "com.example.v1.Item": {"type": "object", "properties": {"value": {"type": "string"}}},
        "com.example.v1.Widget": _kind("example.com", "v1", "Widget", {"items": items}),
        "io.istio.v1.DestinationRule": _kind(
            "networking.istio.io", "v1", "DestinationRule", {"subsets": items}
        ),
        "io.istio.v1.VirtualService": _kind(
            "networking.istio.io", "v1", "VirtualService", {"http": items, "hosts": strings}
        ),
    }
    if layer.dice.chance(0.4):
        containers: Mapping = {"type": "array", "items": {"type": "object"}, **by}
        pod: Mapping = {"type": "object", "properties": {"containers": containers}}
        template: Mapping = {"type": "object", "properties": {"spec": pod}}
        name = "io.argoproj.v1alpha1.Rollout"
        definitions[name] = _kind("argoproj.io", "v1alpha1", "Rollout", {"template": template})
    body: Mapping = {"definitions": definitions}
    as_json = layer.dice.chance(0.7)
    name = layer.file("schema.json" if as_json else "schema.yaml", body, json=as_json)
    layer.kustomization["openapi"] = {"path": name}
    layer.note("openapi: own schema")


def _kind(group: str, version: str, kind: str, properties: Mapping) -> Mapping:
    spec: Mapping = {"type": "object", "properties": properties}
    return {
        "type": "object",
        "properties": {"spec": spec},
        "x-kubernetes-group-version-kind": [{"group": group, "kind": kind, "version": version}],
    }


def order(layer: Layer) -> None:
    """`sortOptions`."""
    options: Mapping = {"order": layer.dice.pick(["legacy", "fifo"])}
    if options["order"] == "legacy" and layer.dice.chance(0.5):
        sort: Mapping = {"orderFirst": layer.dice.some(["Service", "Widget", "Namespace"], 1, 3)}
        sort["orderLast"] = layer.dice.some(["Deployment", "Secret"], 0, 2)
        options["legacySortOptions"] = sort
    layer.kustomization["sortOptions"] = options


def metadata(layer: Layer) -> None:
    """`buildMetadata`."""
    choices = ["originAnnotations", "transformerAnnotations", "managedByLabel"]
    chosen = layer.dice.some(choices, 1, 3)
    for each in chosen:
        layer.note(f"buildMetadata: {each}")
    layer.kustomization["buildMetadata"] = list(chosen)
