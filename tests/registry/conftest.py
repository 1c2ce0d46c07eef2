from support.githttp import git_server

__all__ = ["git_server"]
