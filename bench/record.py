"""The Git record, measured: our way to write beside the others, then lists, searches, statistics and a rebuild.

    python -m bench.record [--folder DIR] [--sizes 0,10000,100000] [--commits 600] [--reading]

Every way writes the same tickets on a copy of the same repository in the same run; compare the ratios, not the figures.
"""

import argparse
import asyncio
import itertools
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import git as gitpython
import pygit2

from bench.record_data import copied, repository, ticket
from bench.record_read import measure_reading
from domain.change import Change
from domain.ticket import PromotionRequest
from record.files.writing import text_of
from record.git.repository import open_repository

WRITERS = 32


@dataclass(frozen=True)
class Rate:
    """Commits a second, and the 95th percentile of one commit in milliseconds where each was waited for."""

    way: str
    rate: float
    p95: float | None = None


def tickets(size: int, count: int) -> list[PromotionRequest]:
    """New tickets in the month that the repository's last ones are in."""
    return [ticket(size + index, size + count, final=False) for index in range(1, count + 1)]


def timed(way: str, path: Path, each: list[PromotionRequest], write: Callable[[Path, PromotionRequest], None]) -> Rate:
    taken = []
    for one in each:
        started = time.perf_counter()
        write(path, one)
        taken.append(time.perf_counter() - started)
    return Rate(way, len(taken) / sum(taken), 1e3 * quantiles(taken, n=20)[-1])


def ours(path: Path, each: list[PromotionRequest], writers: int) -> Rate:
    async def run() -> Rate:
        record = open_repository(str(path), "main", path.parent)
        left, taken = iter(each), list[float]()

        async def writer() -> None:
            for one in left:
                started = time.perf_counter()
                await record.record(Change(ticket=one, base=None, actor_name="Bench"))
                taken.append(time.perf_counter() - started)

        started = time.perf_counter()
        await asyncio.gather(*(writer() for _ in range(writers)))
        rate = len(each) / (time.perf_counter() - started)
        await record.close()
        return Rate(f"ours, {writers} at once, fsync", rate, 1e3 * quantiles(taken, n=20)[-1])

    return asyncio.run(run())


def stream(one: PromotionRequest, first: bool, checkpoint: bool) -> bytes:
    data = text_of(one).encode()
    parent = "from refs/heads/main^0\n" if first else ""
    head = f"commit refs/heads/main\ncommitter Bench <bench@cab-i.com> 1770000000 +0000\ndata 5\nbench\n{parent}"
    return (
        f"{head}M 100644 inline {one.path}\ndata {len(data)}\n".encode()
        + data
        + (b"\ncheckpoint\n\n" if checkpoint else b"\n")
    )


def fast_import(path: Path, each: list[PromotionRequest], *, checkpoint: bool) -> Rate:
    exists = (path / "refs/heads/main").exists() or (path / "packed-refs").exists()
    started = time.perf_counter()
    command = ["git", "-C", str(path), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for index, one in enumerate(each):
            process.stdin.write(stream(one, index == 0 and exists, checkpoint))
    way = "checkpoint each" if checkpoint else "streaming"
    return Rate(f"fast-import, {way}", len(each) / (time.perf_counter() - started))


def with_pygit2(path: Path) -> Callable[[Path, PromotionRequest], None]:
    repo, who = pygit2.Repository(str(path)), pygit2.Signature("Bench", "bench@cab-i.com")

    def put(tree: pygit2.Tree | None, names: list[str], blob: pygit2.Oid) -> pygit2.Oid:
        builder = repo.TreeBuilder(tree) if tree is not None else repo.TreeBuilder()
        if len(names) == 1:
            builder.insert(names[0], blob, pygit2.enums.FileMode.BLOB)
        else:
            below = tree[names[0]] if tree is not None and names[0] in tree else None
            inner = put(below if isinstance(below, pygit2.Tree) else None, names[1:], blob)
            builder.insert(names[0], inner, pygit2.enums.FileMode.TREE)
        return builder.write()

    def write(_: Path, one: PromotionRequest) -> None:
        found = repo.references.get("refs/heads/main")
        tip = found.peel(pygit2.Commit) if found else None
        tree = put(tip.tree if tip else None, one.path.split("/"), repo.create_blob(text_of(one).encode()))
        made = repo.create_commit(None, who, who, "bench", tree, [tip.id] if tip else [])
        if found:
            found.set_target(made)
        else:
            repo.references.create("refs/heads/main", made)

    return write


def alone(paths: list[Path], each: list[PromotionRequest]) -> list[Rate]:
    """Lone commits of three ways in turn, so that whatever else the machine does meets all three alike."""

    async def run() -> list[Rate]:
        record = open_repository(str(paths[0]), "main", paths[0].parent)
        unsafe, safe = with_pygit2(paths[1]), with_pygit2(paths[2])
        taken: dict[str, list[float]] = {"ours, 1 at once, fsync": [], "pygit2, no fsync": [], "pygit2, fsync": []}
        for one in each:
            moments = [time.perf_counter()]
            await record.record(Change(ticket=one, base=None, actor_name="Bench"))
            moments.append(time.perf_counter())
            for write, fsync in ((unsafe, False), (safe, True)):
                pygit2.settings.enable_fsync_gitdir(fsync)
                write(paths[0], one)
                moments.append(time.perf_counter())
            for way, (start, end) in zip(taken.values(), itertools.pairwise(moments), strict=True):
                way.append(end - start)
        pygit2.settings.enable_fsync_gitdir(False)
        await record.close()
        return [Rate(way, len(each) / sum(all_), 1e3 * quantiles(all_, n=20)[-1]) for way, all_ in taken.items()]

    return asyncio.run(run())


def working_tree(path: Path, one: PromotionRequest) -> tuple[Path, Path]:
    """A clone with files, and the ticket's file in it."""
    work = path.with_suffix(".work")
    file = work / one.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text_of(one), encoding="utf-8")
    return work, file


def command_line(path: Path, one: PromotionRequest) -> None:
    work, file = working_tree(path, one)
    git = ["git", "-C", str(work), "-c", "user.name=Bench", "-c", "user.email=bench@cab-i.com", "-c", "gc.auto=0"]
    subprocess.run([*git, "add", str(file)], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "bench"], check=True)


def gitpython_index(path: Path, one: PromotionRequest) -> None:
    work, file = working_tree(path, one)
    with gitpython.Repo(work) as repo:
        repo.index.add([file])
        repo.index.commit("bench")


def cloned(path: Path) -> Path:
    work = path.with_suffix(".work")
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", str(path), str(work)], check=True, capture_output=True)
    return path


def ways(source: Path, size: int, count: int) -> Iterator[Rate]:
    def fresh() -> Path:
        return copied(source, source.parent / "copy.git")

    many, some, few = tickets(size, count), tickets(size, min(count, 200)), tickets(size, 5)
    yield ours(fresh(), many, WRITERS)
    yield fast_import(fresh(), many, checkpoint=False)
    yield from alone([copied(source, source.parent / f"copy-{turn}.git") for turn in range(3)], some)
    yield fast_import(fresh(), some, checkpoint=True)
    yield timed("git add; git commit", cloned(fresh()), few, command_line)
    yield timed("GitPython index", cloned(fresh()), few, gitpython_index)


def measure_writing(folder: Path, sizes: list[int], count: int) -> None:
    """Print every way at every size, and the ratios that the product promises."""
    for size in sizes:
        found = list(ways(repository(folder, size), size, count))
        print(f"\nWriting, {size:,} tickets{'':12} commits/s   p95 of one, ms")
        for rate in found:
            print(f"  {rate.way:32} {rate.rate:9.0f}   {'' if rate.p95 is None else format(rate.p95, '9.1f')}")
        group, streaming, alone, lone = found[0], found[1], found[2], found[3]
        print(f"  {WRITERS} at once / streaming fast-import: {group.rate / streaming.rate:.2f} (bar: at least 0.5)")
        print(f"  lone commit p95 / pygit2's without fsync: {(alone.p95 or 0) / (lone.p95 or 1):.2f} (bar: at most 3)")
    measure_growth(folder, sizes[0], sizes[-1], count)


def measure_growth(folder: Path, small: int, large: int, count: int) -> None:
    """Print what size costs, from both sizes measured in turn."""
    rates: dict[int, list[float]] = {small: [], large: []}
    for size in (small, large) * 3:
        path = copied(repository(folder, size), folder / "copy.git")
        rates[size].append(ours(path, tickets(size, count), WRITERS).rate)
    ratio = median(rates[large]) / median(rates[small])
    print(f"  {large:,} tickets / {small:,}, medians of 3 in turn: {ratio:.2f} (bar at 100,000 / 0: at least 0.15)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".data/bench"), help="where repositories are made and kept")
    parser.add_argument("--sizes", default="0,10000,100000", help="tickets in the repositories, smallest first")
    parser.add_argument("--commits", type=int, default=2_000)
    parser.add_argument("--reading", action="store_true", help="leave out the ways to write")
    asked = parser.parse_args()
    folder: Path = asked.folder.resolve()  # git is started in other folders
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [int(size) for size in asked.sizes.split(",")]
    if not asked.reading:
        measure_writing(folder, sizes, asked.commits)
    for size in sizes if asked.reading else sizes[1:]:
        measure_reading(repository(folder, size), folder, size)


if __name__ == "__main__":
    main()
