"""A Git server over ssh that lets one key in: `python -m tests.record.git.ssh HOST_KEY CLIENT_PUB` says its port."""

import asyncio
import shlex
import sys
from asyncio.subprocess import PIPE

import asyncssh


class OneKey(asyncssh.SSHServer):
    """Lets in whoever holds the client's key."""

    def __init__(self, client: asyncssh.SSHKey) -> None:
        self._client = client

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return bool(key.public_data == self._client.public_data)


async def run_git(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Run the Git command that the client asks for, and nothing else."""
    program, *rest = shlex.split(process.command or "")
    assert program in ("git-upload-pack", "git-receive-pack"), process.command
    git = await asyncio.create_subprocess_exec(
        "git", program.removeprefix("git-"), *rest, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    await process.redirect(stdin=git.stdin, stdout=git.stdout, stderr=git.stderr)
    process.exit(await git.wait())


async def main(host: str, client: str) -> None:
    allowed = asyncssh.read_public_key(client)
    server = await asyncssh.create_server(
        lambda: OneKey(allowed), "127.0.0.1", 0, server_host_keys=[host], process_factory=run_git, encoding=None
    )
    print(server.get_port(), flush=True)  # noqa: T201  for whoever started it
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
