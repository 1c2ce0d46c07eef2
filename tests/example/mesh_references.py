"""Which references of a rendered environment lead nowhere.

Written for the example's kinds and apart from the product's own table of references, so that one
can catch a mistake of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Doc = dict[str, Any]
Reference = tuple[str, str, str]
# What stands outside the example: the platform's own.
PLATFORM = {("ClusterSecretStore", "platform"), ("ClusterIssuer", "letsencrypt")}
PLATFORM_NAMESPACES = {".", "istio-system", "monitoring"}


@dataclass
class Index:
    """What an environment has, by kind, namespace and name."""

    clusters: set[str]
    names: set[tuple[str, str, str]] = field(default_factory=set)
    pods: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @classmethod
    def of(cls, docs: Iterable[Doc], clusters: Iterable[str]) -> Index:
        index = cls(set(clusters))
        for doc in docs:
            meta = doc["metadata"]
            index.names.add((doc["kind"], meta.get("namespace", ""), meta["name"]))
            index._made_by_operators(doc)
            if pod := pod_template(doc):
                index.pods.append((meta.get("namespace", ""), pod["metadata"]["labels"]))
        return index

    def _made_by_operators(self, doc: Doc) -> None:
        namespace = doc["metadata"].get("namespace", "")
        if doc["kind"] == "ExternalSecret":
            self.names.add(("Secret", namespace, doc["spec"]["target"]["name"]))
        if doc["kind"] == "Certificate":
            self.names.add(("Secret", namespace, doc["spec"]["secretName"]))

    def has(self, kind: str, namespace: str, name: str) -> bool:
        return (kind, namespace, name) in self.names or (kind, name) in PLATFORM

    def namespaces(self) -> set[str]:
        return {name for kind, _, name in self.names if kind == "Namespace"} | PLATFORM_NAMESPACES

    def runs(self, namespace: str, labels: dict[str, str]) -> bool:
        """Whether a pod of these labels runs; an empty namespace stands for any."""
        return any(
            (not namespace or where == namespace) and labels.items() <= has.items()
            for where, has in self.pods
        )


def dangling(docs: list[Doc], clusters: Iterable[str]) -> list[str]:
    """Each reference that leads nowhere, as one line."""
    index = Index.of(docs, clusters)
    found = []
    for doc in docs:
        meta = doc["metadata"]
        where = f"{doc['kind']} {meta.get('namespace', '')}/{meta['name']}"
        found += [f"{where}: {line}" for line in _broken(doc, index)]
    return found


def pod_template(doc: Doc) -> Doc | None:
    spec = doc.get("spec", {})
    if doc["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template: Doc | None = spec.get("template") if isinstance(spec, dict) else None
    return template if template and "metadata" in template else None


def _broken(doc: Doc, index: Index) -> Iterator[str]:
    namespace = doc["metadata"].get("namespace", "")
    if namespace and namespace not in index.namespaces():
        yield f"namespace {namespace}"
    for kind, where, name in _named(doc, namespace):
        if not index.has(kind, where, name):
            yield f"{kind} {where}/{name}"
    for where, labels in _selected(doc, namespace):
        if not index.runs(where, labels):
            yield f"pods with {labels} in {where or 'any namespace'}"
    yield from _outside(doc, index)


def _outside(doc: Doc, index: Index) -> Iterator[str]:
    """The clusters, and the namespaces in them, that the environment does not have."""
    for entry in _cluster_namespaces(doc):
        cluster, _, where = entry.partition("/")
        if cluster not in index.clusters or where not in index.namespaces():
            yield f"cluster and namespace {entry}"
    for server in doc.get("spec", {}).get("externalServers", []):
        for cluster in server["clusters"]:
            if cluster["name"] not in index.clusters:
                yield f"cluster {cluster['name']}"


def _named(doc: Doc, namespace: str) -> Iterator[Reference]:
    """What a document refers to by kind, namespace and name."""
    yield from _pod_names(doc, namespace)
    yield from _parents(doc, namespace)
    if doc["kind"] in _BY_KIND:
        yield from _BY_KIND[doc["kind"]](doc["spec"], namespace)


def _autoscaled(spec: Doc, namespace: str) -> Iterator[Reference]:
    yield spec["scaleTargetRef"]["kind"], namespace, spec["scaleTargetRef"]["name"]


def _routed(spec: Doc, namespace: str) -> Iterator[Reference]:
    for route in spec["http"]:
        for destination in [each["destination"] for each in route["route"]]:
            yield _service(destination["host"], namespace)
        if "mirror" in route:
            yield _service(route["mirror"]["host"], namespace)
    for gateway in spec.get("gateways", []):
        where, _, name = gateway.partition("/")
        yield "Gateway", where, name


def _ruled(spec: Doc, namespace: str) -> Iterator[Reference]:
    yield _service(spec["host"], namespace)


def _service(host: str, namespace: str) -> Reference:
    service, _, rest = host.partition(".")
    return "Service", rest.partition(".")[0] or namespace, service


def _trusted(spec: Doc, namespace: str) -> Iterator[Reference]:  # noqa: ARG001 - one signature
    for rule in spec.get("rules", []):
        for principal in [p for source in rule["from"] for p in source["source"]["principals"]]:
            _, _, where, _, name = principal.split("/")
            yield "ServiceAccount", where, name


def _stored(spec: Doc, namespace: str) -> Iterator[Reference]:
    yield spec["secretStoreRef"]["kind"], namespace, spec["secretStoreRef"]["name"]


def _issued(spec: Doc, namespace: str) -> Iterator[Reference]:
    yield spec["issuerRef"]["kind"], namespace, spec["issuerRef"]["name"]


def _entered(spec: Doc, namespace: str) -> Iterator[Reference]:
    for server in spec["http"]:
        yield "Secret", namespace, server["tls"]["secretName"]
        for rule in server["routing"]["rules"]:
            where, _, host = rule["route"]["host"].partition("/")
            yield _service(host, where)


_BY_KIND: dict[str, Callable[[Doc, str], Iterator[Reference]]] = {
    "HorizontalPodAutoscaler": _autoscaled,
    "VirtualService": _routed,
    "DestinationRule": _ruled,
    "AuthorizationPolicy": _trusted,
    "ExternalSecret": _stored,
    "Certificate": _issued,
    "IngressGateway": _entered,
}


def _pod_names(doc: Doc, namespace: str) -> Iterator[Reference]:
    template = pod_template(doc)
    if template is None:
        return
    spec = template["spec"]
    yield "ServiceAccount", namespace, spec["serviceAccountName"]
    for volume in spec.get("volumes", []):
        if "configMap" in volume:
            yield "ConfigMap", namespace, volume["configMap"]["name"]
    for container in spec["containers"]:
        for source in container.get("envFrom", []):
            yield "ConfigMap", namespace, source["configMapRef"]["name"]
        for variable in container.get("env", []):
            yield "Secret", namespace, variable["valueFrom"]["secretKeyRef"]["name"]
    if doc["kind"] == "StatefulSet":
        yield "Service", namespace, doc["spec"]["serviceName"]


def _parents(doc: Doc, namespace: str) -> Iterator[Reference]:
    """The workspace and groups of Tetrate Service Bridge, which live beside the gateways."""
    notes = doc["metadata"].get("annotations", {})
    edge = namespace.replace("shop-", "edge-")
    if "tsb.tetrate.io/workspace" in notes:
        yield "Workspace", edge, notes["tsb.tetrate.io/workspace"]
    for group in ("trafficGroup", "securityGroup", "gatewayGroup"):
        if f"tsb.tetrate.io/{group}" in notes:
            yield "Group", edge, notes[f"tsb.tetrate.io/{group}"]


def _selected(doc: Doc, namespace: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The pods that a document selects: where, and by which labels."""
    spec = doc.get("spec", {})
    if doc["kind"] == "Service":
        yield namespace, spec["selector"]
    if doc["kind"] in ("AuthorizationPolicy", "PeerAuthentication", "PodDisruptionBudget"):
        yield namespace, spec.get("selector", {}).get("matchLabels", {})
    if doc["kind"] == "NetworkPolicy":
        yield namespace, spec["podSelector"].get("matchLabels", {})
    if doc["kind"] == "Gateway":
        yield "", spec["selector"]
    if doc["kind"] == "IngressGateway":
        selector = spec["workloadSelector"]
        yield selector["namespace"], selector["labels"]


def _cluster_namespaces(doc: Doc) -> list[str]:
    selector = doc.get("spec", {}).get("namespaceSelector", {})
    names: list[str] = selector.get("names", []) if isinstance(selector, dict) else []
    return names
