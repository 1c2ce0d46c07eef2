"""Random meshes, and one of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.model.json import Document, Json

CLUSTERS = ("prod-east", "prod-west")
NAMESPACES = ("shop", "edge", "shop-edge", "reviews")
SERVICES = ("reviews", "shop", "edge-prod", "cart", "prod-east")


def document(kind: str, version: str, name: str, namespace: str, **rest: Json) -> Document:
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        **rest,
    }


def service(namespace: str, name: str, friends: Sequence[tuple[str, str]]) -> list[Document]:
    """A service with its workload and its part of the mesh: 12 resources.

    Args:
        namespace: where.
        name: what it is called.
        friends: the services, by namespace and name, that it calls and that may call it.
    """
    hosts: list[Json] = [f"{to}.{place}.svc.cluster.local" for place, to in friends]
    callers: list[Json] = [f"cluster.local/ns/{place}/sa/{one}" for place, one in friends]
    labels: Json = {"app": name}
    net, sec, tsb = (
        "networking.istio.io/v1", "security.istio.io/v1", "traffic.tsb.tetrate.io/v2"
    )  # fmt: skip
    pod: Json = {
        "metadata": {"labels": labels},
        "spec": {
            "serviceAccountName": name,
            "containers": [
                {"name": "app", "image": "x", "envFrom": [{"configMapRef": {"name": name}}]}
            ],
        },
    }
    return [
        document("ServiceAccount", "v1", name, namespace),
        document("ConfigMap", "v1", name, namespace, data={"peers": "none"}),
        document("Service", "v1", name, namespace, spec={"selector": labels}),
        document(
            "Deployment", "apps/v1", name, namespace,
            spec={"selector": {"matchLabels": labels}, "template": pod},
        ),
        document(
            "HorizontalPodAutoscaler", "autoscaling/v2", name, namespace,
            spec={"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}},
        ),
        document(
            "VirtualService", net, name, namespace,
            spec={
                "hosts": [f"{name}.{namespace}.svc.cluster.local"],
                "http": [{"route": [{"destination": {"host": host}}]} for host in (name, *hosts)],
                "exportTo": [namespace, "."],
            },
        ),
        document(
            "DestinationRule", net, name, namespace,
            spec={"host": f"{name}.{namespace}.svc.cluster.local"},
        ),
        document(
            "Sidecar", net, name, namespace,
            spec={"egress": [{"hosts": [f"{place}/{to}.{place}.svc.cluster.local"
                                        for place, to in friends] + ["./*"]}]},
        ),
        document(
            "AuthorizationPolicy", sec, name, namespace,
            spec={"rules": [{"from": [{"source": {
                "principals": callers, "namespaces": [namespace]}}]}]},
        ),
        document(
            "NetworkPolicy", "networking.k8s.io/v1", name, namespace,
            spec={"ingress": [{"from": [{"namespaceSelector": {
                "matchLabels": {"kubernetes.io/metadata.name": place}}} for place, _ in friends]}]},
        ),
        document(
            "ServiceRoute", tsb, name, namespace,
            spec={"service": f"{namespace}/{name}.{namespace}.svc.cluster.local"},
        ),
        document(
            "Group", tsb, name, namespace,
            spec={"namespaceSelector": {"names": [f"{one}/{namespace}" for one in CLUSTERS]}},
        ),
    ]  # fmt: skip


def namespace_document(name: str) -> Document:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def mesh(services: Sequence[tuple[str, str]], calls: Sequence[tuple[int, int]]) -> list[Document]:
    """A mesh of services that call each other, by their places in the list."""
    friends: dict[int, list[tuple[str, str]]] = {}
    for caller, called in calls:
        friends.setdefault(caller % len(services), []).append(services[called % len(services)])
    docs = [namespace_document(name) for name in sorted({place for place, _ in services})]
    for index, (place, name) in enumerate(services):
        docs += service(place, name, friends.get(index, []))
    return docs


def large_mesh(count: int, namespaces: int = 10) -> list[Document]:
    """A mesh of as many services as wanted, each of which calls three others."""
    services = [(f"team-{index % namespaces}", f"service-{index}") for index in range(count)]
    calls = [(index, index * step + 1) for index in range(count) for step in (1, 3, 7)]
    return mesh(services, calls)


services = st.lists(
    st.tuples(st.sampled_from(NAMESPACES), st.sampled_from(SERVICES)),
    min_size=1, max_size=6, unique=True,
)  # fmt: skip
calls = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8)


@st.composite
def meshes(draw: st.DrawFn) -> list[Document]:
    return mesh(draw(services), draw(calls))


def selected(doc: Document, *path: str) -> Json:
    node: Json = doc
    for key in path:
        node = cast("Document", node)[key]
    return node
