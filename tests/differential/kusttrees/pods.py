"""Pod templates: what most patches, references and images are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.scalars import text

if TYPE_CHECKING:
    from kusttrees.dice import Dice
    from kusttrees.nodes import Mapping, Node
    from kusttrees.things import Names

IMAGES = (
    "nginx",
    "nginx:1.25",
    "busybox:1.36.1",
    "registry.example:5000/team/app:2.0",
    "localhost:5000/app",
    "ghcr.io/acme/api@sha256:" + "a" * 64,
    "ghcr.io/acme/api:v3@sha256:" + "b" * 64,
    "redis:7.2-alpine",
    "docker.io/library/nginx:latest",
    "app",
    "acme/app:0.1",
)


def pod_template(dice: Dice, names: Names, name: str) -> Mapping:
    """A pod template with the label `app: NAME`."""
    spec: Mapping = {"containers": _containers(dice, names)}
    if dice.chance(0.25):
        spec["initContainers"] = [{"name": "init", "image": dice.pick(IMAGES), "args": ["migrate"]}]
    if dice.chance(0.5):
        spec["serviceAccountName"] = names.of("ServiceAccount", "default")
    if dice.chance(0.2):
        spec["imagePullSecrets"] = [{"name": names.of("Secret", "registry")}]
    if dice.chance(0.5):
        spec["volumes"] = _volumes(dice, names)
    _placement(dice, names, name, spec)
    meta: Mapping = {"labels": {"app": name}}
    if dice.chance(0.3):
        meta["annotations"] = {"checksum/config": "0755", "note": text(dice)}
    return {"metadata": meta, "spec": spec}


def _containers(dice: Dice, names: Names) -> list[Node]:
    first: Mapping = {"name": "main", "image": dice.pick(IMAGES)}
    if dice.chance(0.7):
        first["env"] = _env(dice, names)
    if dice.chance(0.4):
        kind, ref = dice.pick([("ConfigMap", "configMapRef"), ("Secret", "secretRef")])
        first["envFrom"] = [{ref: {"name": names.of(kind)}}]
    if dice.chance(0.6):
        first["ports"] = dice.some(
            [
                {"containerPort": 8080, "name": "http"},
                {"containerPort": 8080, "protocol": "UDP"},
                {"containerPort": 9090, "protocol": "TCP", "name": "metrics"},
            ],
            1,
            3,
        )
    if dice.chance(0.4):
        first["args"] = dice.some(
            ["--verbose", "--port=8080", "$(HOST)", "on", "1", "--x=y z"], 1, 4
        )
    if dice.chance(0.3):
        first["resources"] = {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"cpu": 1}}
    if dice.chance(0.3):
        first["volumeMounts"] = [{"name": "config", "mountPath": "/etc/app"}]
    containers: list[Node] = [first]
    if dice.chance(0.35):
        containers.append({"name": "sidecar", "image": dice.pick(IMAGES)})
    return containers


def _env(dice: Dice, names: Names) -> list[Node]:
    env: list[Node] = [{"name": "LOG_LEVEL", "value": text(dice)}]
    if dice.chance(0.4):
        key: Mapping = {"name": names.of("ConfigMap"), "key": "host"}
        env.append({"name": "HOST", "valueFrom": {"configMapKeyRef": key}})
    if dice.chance(0.3):
        key = {"name": names.of("Secret"), "key": "password"}
        env.append({"name": "PASSWORD", "valueFrom": {"secretKeyRef": key}})
    if dice.chance(0.3):
        env.append({"name": "TARGET", "value": "$(TARGET_NAME)/path"})
    return env


def _volumes(dice: Dice, names: Names) -> list[Node]:
    claim: Mapping = {"claimName": names.of("PersistentVolumeClaim")}
    sources: list[Node] = [{"configMap": {"name": names.of("ConfigMap")}}]
    projected: Mapping = {"sources": [*sources, {"secret": {"name": names.of("Secret")}}]}
    choices: list[Mapping] = [
        {"name": "config", "configMap": {"name": names.of("ConfigMap"), "optional": True}},
        {"name": "secret", "secret": {"secretName": names.of("Secret")}},
        {"name": "claim", "persistentVolumeClaim": claim},
        {"name": "tmp", "emptyDir": {}},
        {"name": "all", "projected": projected},
    ]
    return list(dice.some(choices, 1, 4))


def _placement(dice: Dice, names: Names, name: str, spec: Mapping) -> None:
    if dice.chance(0.15):
        spec["priorityClassName"] = names.of("PriorityClass", "high")
    if dice.chance(0.2):
        spec["tolerations"] = [{"key": "spot", "operator": "Exists", "effect": "NoSchedule"}]
    if dice.chance(0.2):
        term: Mapping = {"labelSelector": {"matchLabels": {"app": name}}, "topologyKey": "zone"}
        affinity: Mapping = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
        spec["affinity"] = {"podAntiAffinity": affinity}
    if dice.chance(0.15):
        spread: Mapping = {
            "maxSkew": 1,
            "topologyKey": "zone",
            "whenUnsatisfiable": "DoNotSchedule",
        }
        spread["labelSelector"] = {"matchLabels": {"app": name}}
        spec["topologySpreadConstraints"] = [spread]
    if dice.chance(0.1):
        spec["nodeSelector"] = {"disk": "ssd", "zone": "a"}
