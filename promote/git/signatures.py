"""Whose key signed a commit, by a list of allowed signers that the caller trusts."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from promote.git.configuration import write_setting
from promote.git.names import check_object_id

if TYPE_CHECKING:
    from promote.git.store import ObjectStore

_SSH: Final = re.compile(rb"\ngpgsig(?:-sha256)? -----BEGIN SSH SIGNATURE-----\n")
_GOOD: Final = re.compile(r'Good "git" signature for (\S+) with ')


def signer(store: ObjectStore, commit: str, allowed: bytes) -> str | None:
    """Who signed a commit; None if nobody did whom the list allows.

    Only signatures by ssh keys count: those of gpg would be judged by the keyring of whoever runs
    this, not by the list.

    Args:
        store: where the commit is.
        commit: its id.
        allowed: the list, as `ssh-keygen` has it under ALLOWED SIGNERS. What it says of the time
            for which a key is good is held against the commit's own.
    """
    data = store.read(check_object_id(commit), "commit")
    head, _, _ = data.partition(b"\n\n")
    if not _SSH.search(head + b"\n"):
        return None
    name = hashlib.sha256(allowed).hexdigest()[:16]
    signers = store.git_dir / f"signers-{name}"
    configuration = store.git_dir / f"signers-{name}.gitconfig"
    signers.write_bytes(allowed)
    settings = [
        ("gpg.ssh.allowedSignersFile", str(signers)),
        ("gpg.ssh.program", "ssh-keygen"),
        ("gpg.program", "false"),
        ("gpg.x509.program", "false"),
    ]
    text = "".join(write_setting(key, value) for key, value in settings)
    configuration.write_text(text, encoding="utf-8")
    done = store.program.with_config(configuration).run(
        "verify commit", commit, git_dir=store.git_dir, allow=range(256)
    )
    said = _GOOD.search((done.stdout + done.stderr).decode(errors="replace"))
    return said[1] if done.code == 0 and said else None
