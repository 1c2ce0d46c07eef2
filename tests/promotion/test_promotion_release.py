from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote import yamlio
from promote.errors import FileMissingError, ProjectError
from promote.promotion.releases.edits import apply_moves, homeless
from promote.promotion.releases.fields import Overlay, Promotable, find
from promote.promotion.releases.release import FieldKey, Release, moves

if TYPE_CHECKING:
    from promote.model.tree import EntryKind


class Files:
    """A tree of a few files in memory."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: text.encode() for path, text in files.items()}

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise FileMissingError(path)
        return self.files[path]

    def kind(self, path: str) -> EntryKind | None:
        if path in self.files:
            return "file"
        return "directory" if self.entries(path) else None

    def entries(self, path: str) -> list[str]:
        inside = path.rstrip("/") + "/"
        return sorted(
            {name.removeprefix(inside).split("/")[0] for name in self.files if inside in name}
        )

    def resolve(self, path: str) -> str:
        return posixpath.normpath(path)

    def display(self, path: str) -> str:
        return path.lstrip("/")


HERE = Overlay("/o", "/o/values.yaml")
ALL = Promotable(values=(("image", "tag"), ("model",)))

FULL = """\
# the overlay
resources:
  - ../base
  - https://github.com/shop/base//deploy?timeout=9&ref=v1.0   # remote
  - git@github.com:shop/other.git//x?ref=main
images:
  - name: shop/web   # ours
    newName: mirror/web
    newTag: "1.0"
  - {name: side, digest: "sha256:aa"}
  - name: unpinned
helmCharts:
  - {name: istiod, version: 1.20.0, repo: x}
"""


def _find(text: str, values: str | None = None) -> tuple[Files, Release]:
    files = {"/o/kustomization.yaml": text}
    if values is not None:
        files["/o/values.yaml"] = values
    tree = Files(files)
    return tree, find(tree, HERE, ALL).release


def test_what_a_release_is_made_of() -> None:
    _, release = _find(FULL, "image: {tag: v7}\nother: 1\n")
    assert {str(key): value for key, value in release.fields.items()} == {
        "image shop/web newName": "mirror/web",
        "image shop/web newTag": "1.0",
        "image side digest": "sha256:aa",
        "chart istiod": "1.20.0",
        "ref https://github.com/shop/base//deploy?timeout=9": "v1.0",
        "ref git@github.com:shop/other.git//x": "main",
        "value image.tag": "v7",
    }


def test_what_is_switched_off_is_not_part_of_it() -> None:
    tree, _ = _find(FULL, "image: {tag: v7}\n")
    off = Promotable(images=False, charts=False, refs=False)
    assert not find(tree, HERE, off).release


def test_an_overlay_that_is_not_there_has_an_empty_release() -> None:
    assert not find(Files({}), HERE, ALL).release


def test_the_id_follows_from_the_fields_and_nothing_else() -> None:
    _, one = _find(FULL)
    _, other = _find(FULL.replace("# ours", "# theirs").replace("../base", "../other"))
    assert one.id == other.id == "94accadb01b4"
    _, changed = _find(FULL.replace('"1.0"', '"1.1"'))
    assert changed.id != one.id


VALUES = st.one_of(st.text(max_size=5), st.integers(), st.booleans())
KEYS = st.builds(
    FieldKey,
    st.sampled_from(["image", "value"]),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["newTag", "digest", ""]),
)
RELEASES = st.dictionaries(KEYS, VALUES, max_size=6).map(Release)


@given(RELEASES, RELEASES)
def test_moves_lead_from_one_release_to_the_other(current: Release, wanted: Release) -> None:
    fields = dict(current.fields)
    for move in moves(current, wanted, exactly=True):
        assert fields.get(move.key) == move.old
        fields.pop(move.key, None)
        if move.new is not None:
            fields[move.key] = move.new
    assert fields == wanted.fields
    assert not moves(wanted, wanted)


@given(RELEASES, RELEASES)
def test_a_promotion_leaves_what_only_the_target_has(current: Release, wanted: Release) -> None:
    touched = {move.key.subject for move in moves(current, wanted)}
    assert touched <= wanted.subjects()


def _promoted(target: str, upstream: str, **values: str) -> str:
    tree, _ = _find(target, values.get("target"))
    pinned = find(tree, HERE, ALL)
    _, wanted = _find(upstream, values.get("upstream"))
    every = moves(pinned.release, wanted)
    without = homeless(pinned, every)
    edits = apply_moves(tree, pinned, [move for move in every if move not in without])
    for path, data in edits.items():
        tree.files[path] = data
    left = [
        m
        for m in moves(find(tree, HERE, ALL).release, wanted)
        if m.key not in {one.key for one in without}
    ]
    assert not left
    return tree.files["/o/kustomization.yaml"].decode()


def test_only_the_promotable_fields_change_and_comments_stay() -> None:
    upstream = FULL.replace('"1.0"', '"2.0"').replace("v1.0", "v2.0").replace("1.20.0", "1.21.0")
    target = FULL.replace("../base", "../prod")
    assert _promoted(target, upstream) == upstream.replace("../base", "../prod")


def test_a_digest_takes_the_place_of_a_tag() -> None:
    after = _promoted(
        "images:\n  - name: a\n    newTag: x  # pin\n  - name: b\n    newTag: y\n",
        "images:\n- name: a\n  digest: sha256:bb\n",
    )
    assert yamlio.load_one(after, "") == {
        "images": [{"name": "a", "digest": "sha256:bb"}, {"name": "b", "newTag": "y"}]
    }


@pytest.mark.parametrize(
    "target", ["resources: [../b]\n", "images: []\n", "images:\n  - name: c\n    newTag: z\n"]
)
def test_images_that_the_target_lacks_are_added(target: str) -> None:
    upstream = "images:\n- {name: a, newTag: x}\n- {name: b, newName: m/b}\n"
    after = yamlio.load_one(_promoted(target, upstream), "")
    assert isinstance(after, dict)
    images = after["images"]
    assert isinstance(images, list)
    assert images[-2:] == [{"name": "a", "newTag": "x"}, {"name": "b", "newName": "m/b"}]


def test_values_are_set_where_there_is_a_file_and_where_there_is_none() -> None:
    tree, _ = _find("resources: [../b]\n", "replicas: 3  # ours\nimage:\n  tag: v1\n")
    pinned = find(tree, HERE, ALL)
    _, wanted = _find("resources: [../b]\n", "image: {tag: v2}\nmodel: m\n")
    edits = apply_moves(tree, pinned, moves(pinned.release, wanted))
    text = edits["/o/values.yaml"].decode()
    assert text == "replicas: 3  # ours\nimage:\n  tag: v2\nmodel: m\n"
    bare = Files({"/o/kustomization.yaml": ""})
    pinned = find(bare, HERE, ALL)
    edits = apply_moves(bare, pinned, moves(pinned.release, wanted))
    assert yamlio.load_one(edits["/o/values.yaml"], "") == {"image": {"tag": "v2"}, "model": "m"}


def test_charts_and_addresses_that_the_target_does_not_use_have_no_home() -> None:
    pinned = find(Files({"/o/kustomization.yaml": "resources: [../b]\n"}), HERE, ALL)
    _, wanted = _find(FULL)
    every = moves(pinned.release, wanted)
    assert {move.key.kind for move in homeless(pinned, every)} == {"chart", "ref"}
    with pytest.raises(ProjectError, match="chart istiod: the overlay has no place"):
        apply_moves(Files({}), pinned, [m for m in every if m.key.kind == "chart"])


def test_several_images_are_taken_away_exactly() -> None:
    tree, _ = _find(
        "images:\n- {name: a, newTag: x}\n- {name: b, newTag: x}\n- {name: c, newTag: x}\n"
    )
    pinned = find(tree, HERE, ALL)
    _, wanted = _find("images:\n- {name: b, newTag: y}\n")
    edits = apply_moves(tree, pinned, moves(pinned.release, wanted, exactly=True))
    after = yamlio.load_one(edits["/o/kustomization.yaml"], "")
    assert after == {"images": [{"name": "b", "newTag": "y"}]}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("images: [{name: a, newTag: 1.4.2}]", "1.4.2"),
        ("images: [{name: a, newTag: x}, {name: b, newTag: x}]", "x"),
        ("images: [{name: a, newTag: x}, {name: b, newTag: y}]", None),
        ("images: [{name: a, newTag: '@team'}]", None),
        ("images: [{name: a, digest: 'sha256:aa'}]", None),
    ],
)
def test_the_label_is_the_one_tag_or_the_id(text: str, label: str | None) -> None:
    _, release = _find(text)
    assert release.label == (label or release.id)
