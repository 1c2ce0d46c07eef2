"""The kinds that a tree may hold: those of `things`, and the rarer ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees import things
from kusttrees.mesh import MESH

if TYPE_CHECKING:
    from collections.abc import Callable

    from kusttrees.dice import Dice
    from kusttrees.nodes import Mapping, Node
    from kusttrees.things import Names


def _of(api: str, kind: str, name: str, **fields: Node) -> Mapping:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **fields}


def ingress(dice: Dice, names: Names, name: str) -> Mapping:
    """An Ingress with rules, TLS and a class."""
    backend: Mapping = {"service": {"name": names.of("Service"), "port": {"number": 80}}}
    path: Mapping = {"path": "/", "pathType": "Prefix", "backend": backend}
    spec: Mapping = {"rules": [{"host": f"{name}.example.com", "http": {"paths": [path]}}]}
    if dice.chance(0.4):
        spec["tls"] = [{"hosts": [f"{name}.example.com"], "secretName": names.of("Secret")}]
    if dice.chance(0.3):
        spec["ingressClassName"] = names.of("IngressClass", "nginx")
    if dice.chance(0.3):
        spec["defaultBackend"] = {"service": {"name": names.of("Service"), "port": {"name": "web"}}}
    return _of("networking.k8s.io/v1", "Ingress", name, spec=spec)


def autoscaler(dice: Dice, names: Names, name: str) -> Mapping:
    """An HPA; the kinds of its targets differ in what kustomize follows."""
    kind = dice.pick(["Deployment", "Deployment", "StatefulSet", "Widget"])
    api = "example.com/v1" if kind == "Widget" else "apps/v1"
    target: Mapping = {"apiVersion": api, "kind": kind, "name": names.of(kind)}
    spec: Mapping = {"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 9}
    version = dice.pick(["autoscaling/v2", "autoscaling/v1", "autoscaling/v2beta2"])
    return _of(version, "HorizontalPodAutoscaler", name, spec=spec)


def disruption_budget(dice: Dice, names: Names, name: str) -> Mapping:
    """A PodDisruptionBudget."""
    selector: Mapping = {"matchLabels": {"app": names.of("Deployment", name)}}
    limit: Node = "50%" if dice.chance(0.5) else 1
    return _of(
        "policy/v1",
        "PodDisruptionBudget",
        name,
        spec={"maxUnavailable": limit, "selector": selector},
    )


def network_policy(dice: Dice, names: Names, name: str) -> Mapping:
    """A NetworkPolicy with selectors of pods and of namespaces."""
    peer: Mapping = {"podSelector": {"matchLabels": {"app": names.of("Deployment", "x")}}}
    if dice.chance(0.5):
        peer["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": "team-a"}}
    spec: Mapping = {"podSelector": {}}
    if dice.chance(0.5):
        spec["podSelector"] = {"matchLabels": {"app": name}}
    spec["ingress"] = [{"from": [peer], "ports": [{"port": 8080}]}]
    if dice.chance(0.4):
        spec["egress"] = [{"to": [{"podSelector": {"matchLabels": {"app": "db"}}}]}]
    return _of("networking.k8s.io/v1", "NetworkPolicy", name, spec=spec)


def claim(dice: Dice, names: Names, name: str) -> Mapping:
    """A PersistentVolumeClaim."""
    spec: Mapping = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }
    if dice.chance(0.4):
        spec["volumeName"] = names.of("PersistentVolume")
    if dice.chance(0.4):
        spec["storageClassName"] = names.of("StorageClass", "standard")
    return _of("v1", "PersistentVolumeClaim", name, spec=spec)


def volume(dice: Dice, names: Names, name: str) -> Mapping:
    """A PersistentVolume, claimed or not."""
    spec: Mapping = {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteMany"]}
    if dice.chance(0.5):
        spec["storageClassName"] = names.of("StorageClass", "standard")
    if dice.chance(0.4):
        spec["claimRef"] = {"name": names.of("PersistentVolumeClaim"), "namespace": "team-a"}
    return _of("v1", "PersistentVolume", name, spec=spec)


def namespace(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """A Namespace; one in two has the name of a namespace that layers set."""
    return _of("v1", "Namespace", dice.pick([name, "team-a"]))


def storage_class(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """A StorageClass."""
    return _of("storage.k8s.io/v1", "StorageClass", name, provisioner="csi.example.com")


def priority_class(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """A PriorityClass."""
    return _of("scheduling.k8s.io/v1", "PriorityClass", name, value=dice.number(1, 10**9))


def ingress_class(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """An IngressClass."""
    return _of("networking.k8s.io/v1", "IngressClass", name, spec={"controller": "example.com/c"})


def webhooks(dice: Dice, names: Names, name: str) -> Mapping:
    """Webhooks that call a Service in a namespace."""
    kind = dice.pick(["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"])
    target: Mapping = {"name": names.of("Service"), "namespace": dice.pick(["default", "team-a"])}
    hook: Mapping = {"name": "check.example.com", "clientConfig": {"service": target}}
    return _of("admissionregistration.k8s.io/v1", kind, name, webhooks=[hook])


def definition(dice: Dice, names: Names, name: str) -> Mapping:
    """A CustomResourceDefinition, with or without a conversion webhook."""
    plural = f"{name}s.example.org"
    spec: Mapping = {"group": "example.org", "scope": dice.pick(["Namespaced", "Cluster"])}
    spec["names"] = {"kind": name.title().replace("-", ""), "plural": f"{name}s"}
    if dice.chance(0.4):
        service: Mapping = {"name": names.of("Service"), "namespace": "team-a"}
        webhook: Mapping = {"clientConfig": {"service": service}}
        spec["conversion"] = {"strategy": "Webhook", "webhook": webhook}
    return _of("apiextensions.k8s.io/v1", "CustomResourceDefinition", plural, spec=spec)


def api_service(dice: Dice, names: Names, name: str) -> Mapping:
    """An APIService served by a Service."""
    target: Mapping = {"name": names.of("Service"), "namespace": dice.pick(["default", "team-a"])}
    spec: Mapping = {"service": target, "group": name, "version": "v1"}
    return _of("apiregistration.k8s.io/v1", "APIService", f"v1.{name}.example.com", spec=spec)


# The order is that of creation: a kind may refer to those before it. The number is how often.
KINDS: list[tuple[Callable[[Dice, Names, str], Mapping], int]] = [
    (namespace, 1),
    (storage_class, 1),
    (priority_class, 1),
    (ingress_class, 1),
    (volume, 1),
    (claim, 2),
    (things.config_map, 5),
    (things.secret, 3),
    (things.service_account, 4),
    (things.role, 2),
    (things.cluster_role, 2),
    (things.service, 5),
    (things.deployment, 8),
    (things.stateful_set, 3),
    (things.daemon_set, 1),
    (things.replica_set, 1),
    (things.job, 1),
    (things.cron_job, 2),
    (things.pod, 1),
    (things.role_binding, 3),
    (things.cluster_role_binding, 2),
    (ingress, 3),
    (autoscaler, 2),
    (disruption_budget, 2),
    (network_policy, 2),
    (webhooks, 2),
    (definition, 1),
    (api_service, 1),
    (things.custom, 4),
    *MESH,
]
