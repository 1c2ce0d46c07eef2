"""Resources, a function a kind: what people write, and some things that they should not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kusttrees.nodes import Raw
from kusttrees.pods import pod_template
from kusttrees.scalars import odd_scalar, odd_text, text

if TYPE_CHECKING:
    from kusttrees.dice import Dice
    from kusttrees.nodes import Mapping, Node

CLUSTER_SCOPED = frozenset(
    [
        "Namespace",
        "ClusterRole",
        "ClusterRoleBinding",
        "PersistentVolume",
        "StorageClass",
        "PriorityClass",
        "CustomResourceDefinition",
        "APIService",
        "IngressClass",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
    ]
)
STRUCTURED = (
    '{"server": {"port": 80, "name": "a"}, "list": [1, "x"]}',
    '{\n  "server": {"port": "80"},\n  "list": []\n}\n',
    "[1, 2]",
    "{broken",
)
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")


@dataclass
class Thing:
    """A resource as a layer sees it: as written, and under the names that it has had.

    Attributes:
        doc: the document as written in its base.
        name: the name now; `first` is the one that it was written with.
        namespace: the namespace now, empty where none is written.
        generated: made by a generator.
        patched: no longer what `doc` says, so that a JSON pointer into that may lead nowhere.
    """

    doc: Mapping
    name: str
    first: str
    namespace: str = ""
    first_namespace: str = ""
    generated: bool = False
    patched: bool = False

    @property
    def kind(self) -> str:
        """The kind as written."""
        return str(self.doc["kind"])

    @property
    def api(self) -> str:
        """The apiVersion as written."""
        return str(self.doc["apiVersion"])

    def moved(self, name: str, namespace: str) -> Thing:
        """The same thing as the next layer sees it."""
        return replace(self, name=name, namespace=namespace)


@dataclass
class Names:
    """What resources of one layer may refer to, by kind.

    Attributes:
        dice: the choices.
        known: the names of what is there, and of what is to come.
        made: the names of what is there.
    """

    dice: Dice
    known: dict[str, list[str]] = field(default_factory=dict)
    made: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, name: str) -> None:
        """Note a resource that is there."""
        self.known.setdefault(kind, []).append(name)
        self.made.setdefault(kind, []).append(name)

    def of(self, kind: str, fallback: str = "elsewhere") -> str:
        """The name of a resource of that kind, or one that is nowhere."""
        found = self.known.get(kind)
        return self.dice.pick(found) if found and self.dice.chance(0.9) else fallback


def _meta(name: str) -> Mapping:
    return {"name": name}


def _workload(dice: Dice, names: Names, name: str, kind: str) -> Mapping:
    template = pod_template(dice, names, name)
    spec: Mapping = {"selector": {"matchLabels": {"app": name}}, "template": template}
    if kind in ("Deployment", "StatefulSet", "ReplicaSet") and dice.chance(0.7):
        spec["replicas"] = dice.number(0, 5)
    if kind == "Deployment" and dice.chance(0.3):
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": Raw("25%")}}
    if kind == "StatefulSet":
        spec["serviceName"] = names.of("Service")
        claim: Mapping = {"accessModes": ["ReadWriteOnce"]}
        claim["resources"] = {"requests": {"storage": "1Gi"}}
        if dice.chance(0.3):
            claim["storageClassName"] = names.of("StorageClass", "fast")
        spec["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": _meta(name), "spec": spec}


def deployment(dice: Dice, names: Names, name: str) -> Mapping:
    """A Deployment."""
    return _workload(dice, names, name, "Deployment")


def stateful_set(dice: Dice, names: Names, name: str) -> Mapping:
    """A StatefulSet with a claim template."""
    return _workload(dice, names, name, "StatefulSet")


def daemon_set(dice: Dice, names: Names, name: str) -> Mapping:
    """A DaemonSet."""
    return _workload(dice, names, name, "DaemonSet")


def replica_set(dice: Dice, names: Names, name: str) -> Mapping:
    """A ReplicaSet, whose service account kustomize does not follow."""
    return _workload(dice, names, name, "ReplicaSet")


def job(dice: Dice, names: Names, name: str) -> Mapping:
    """A Job; now and then with a selector of its own."""
    spec: Mapping = {"template": pod_template(dice, names, name), "backoffLimit": 2}
    if dice.chance(0.3):
        spec["selector"] = {"matchLabels": {"app": name}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": _meta(name), "spec": spec}


def cron_job(dice: Dice, names: Names, name: str) -> Mapping:
    """A CronJob, whose pod template lies deeper."""
    version = dice.pick(["batch/v1", "batch/v1", "batch/v1beta1"])
    spec: Mapping = {"schedule": dice.pick(["*/5 * * * *", "17 3 * * *", "@daily"])}
    spec["jobTemplate"] = {"spec": {"template": pod_template(dice, names, name)}}
    return {"apiVersion": version, "kind": "CronJob", "metadata": _meta(name), "spec": spec}


def pod(dice: Dice, names: Names, name: str) -> Mapping:
    """A bare Pod."""
    template = pod_template(dice, names, name)
    meta: Mapping = {"name": name, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": template["spec"]}


def service(dice: Dice, names: Names, name: str) -> Mapping:
    """A Service, with or without a selector."""
    ports: list[Node] = [{"port": 80, "targetPort": dice.pick([8080, "http"])}]
    if dice.chance(0.4):
        ports.append({"port": 443, "name": "https", "protocol": "TCP"})
    spec: Mapping = {"ports": ports}
    if dice.chance(0.85):
        spec["selector"] = {"app": names.of("Deployment", name)}
    if dice.chance(0.15):
        spec = {"type": "ExternalName", "externalName": f"{name}.example.com"}
    return {"apiVersion": "v1", "kind": "Service", "metadata": _meta(name), "spec": spec}


def config_map(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """A ConfigMap whose texts are hard to write down."""
    data: Mapping = {f"key{i}": odd_text(dice) for i in range(dice.number(0, 4))}
    data["host"] = f"{name}.default.svc"
    if dice.chance(0.2):
        data["config.json"] = dice.pick(STRUCTURED)
    if dice.chance(0.2):
        data["config.yaml"] = (
            '# why\nserver:\n    name: "a"  # who\n    port: 080\nlist:\n- 1\n- x\n'
        )
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _meta(name), "data": data}


def secret(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """A Secret, encoded or in the clear."""
    doc: Mapping = {"apiVersion": "v1", "kind": "Secret", "metadata": _meta(name), "type": "Opaque"}
    if dice.chance(0.5):
        doc["data"] = {"password": "aHVudGVyMg==", "empty": ""}
    else:
        doc["stringData"] = {"password": odd_text(dice)}
    return doc


def service_account(dice: Dice, names: Names, name: str) -> Mapping:
    """A ServiceAccount that refers to secrets."""
    doc: Mapping = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _meta(name)}
    if dice.chance(0.4):
        doc["imagePullSecrets"] = [{"name": names.of("Secret", "registry")}]
    if dice.chance(0.2):
        doc["secrets"] = [{"name": names.of("Secret")}]
    return doc


def _role(dice: Dice, names: Names, name: str, kind: str) -> Mapping:
    rule: Mapping = {"apiGroups": [""], "resources": ["configmaps", "secrets"], "verbs": ["get"]}
    if dice.chance(0.4):
        rule["resourceNames"] = [names.of(dice.pick(["ConfigMap", "Secret"])), "other"]
    api = "rbac.authorization.k8s.io/v1"
    return {"apiVersion": api, "kind": kind, "metadata": _meta(name), "rules": [rule]}


def role(dice: Dice, names: Names, name: str) -> Mapping:
    """A Role that may name resources."""
    return _role(dice, names, name, "Role")


def cluster_role(dice: Dice, names: Names, name: str) -> Mapping:
    """A ClusterRole, now and then an aggregated one."""
    doc = _role(dice, names, name, "ClusterRole")
    if dice.chance(0.2):
        doc["aggregationRule"] = {"clusterRoleSelectors": [{"matchLabels": {"aggregate": "true"}}]}
    return doc


def _subjects(dice: Dice, names: Names) -> list[Node]:
    subjects: list[Node] = []
    for _ in range(dice.number(1, 3)):
        name = names.of("ServiceAccount", dice.pick(["default", "elsewhere"]))
        subject: Mapping = {"kind": "ServiceAccount", "name": name}
        if dice.chance(0.6):
            subject["namespace"] = dice.pick(["default", "team-a", "other"])
        subjects.append(subject)
    if dice.chance(0.3):
        group = "system:serviceaccounts:team-a"
        subjects.append({"kind": "Group", "name": group, "apiGroup": "rbac.authorization.k8s.io"})
    return subjects


def _binding(dice: Dice, names: Names, name: str, kind: str, role_kind: str) -> Mapping:
    api = "rbac.authorization.k8s.io"
    ref: Mapping = {"apiGroup": api, "kind": role_kind, "name": names.of(role_kind, "view")}
    doc: Mapping = {"apiVersion": f"{api}/v1", "kind": kind, "metadata": _meta(name)}
    doc["roleRef"] = ref
    doc["subjects"] = _subjects(dice, names)
    return doc


def role_binding(dice: Dice, names: Names, name: str) -> Mapping:
    """A RoleBinding to a Role or a ClusterRole."""
    return _binding(dice, names, name, "RoleBinding", dice.pick(["Role", "ClusterRole"]))


def cluster_role_binding(dice: Dice, names: Names, name: str) -> Mapping:
    """A ClusterRoleBinding with subjects in several namespaces."""
    return _binding(dice, names, name, "ClusterRoleBinding", "ClusterRole")


def custom(dice: Dice, names: Names, name: str) -> Mapping:
    """A resource of a kind that kustomize has no schema for."""
    kind = dice.pick(["Widget", "Gadget"])
    spec: Mapping = {f"odd{i}": odd_scalar(dice) for i in range(dice.number(0, 4))}
    spec["items"] = [{"name": "one", "value": odd_scalar(dice)}, {"name": "two", "on": True}]
    spec["configRef"] = {"name": names.of("ConfigMap")}
    spec["image"] = "registry.example:5000/tool:1.0"
    spec["nested"] = {"replicas": 2, "list": [1, 2, 3], "empty": {}, "none": None, "void": []}
    if dice.chance(0.5):
        spec["selector"] = {"matchLabels": {"app": text(dice)[:5].strip() or "x"}}
    return {"apiVersion": "example.com/v1", "kind": kind, "metadata": _meta(name), "spec": spec}
