"""The figures of products and floors, a column each, and their ratios beside what is aimed for."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from bench.side import PROCESSES, Batch, Side

CPU_AT_MOST = {"off": 2.0, "on": 2.5}
RATE_AT_LEAST, APPROVAL_AT_MOST = 0.5, 1.5


@dataclass
class Pair:
    """A product and its floor, and what they did in turn."""

    product: Side
    floor: Side
    turns: list[tuple[Batch, Batch]] = field(default_factory=list)

    async def turn(self, crowd: int, count: int) -> None:
        """Let each of them promote so many."""
        done = await self.product.batch(crowd, count)
        self.turns.append((done, await self.floor.batch(crowd, count)))

    def ratio(self, figure: Callable[[Batch], float]) -> float:
        """The product's figure by the floor's, the median over the turns: neighbours in time meet the same noise."""
        return median(figure(ours) / figure(floors) for ours, floors in self.turns)


def show(title: str, pairs: list[Pair], mode: str, crowd: int) -> None:
    """Print the figures of one way to promote."""
    names = [side.name for pair in pairs for side in (pair.product, pair.floor)]
    columns = [_column([turn[which] for turn in pair.turns]) for pair in pairs for which in (0, 1)]
    print(f"\n{title}\n  {'':28}" + "".join(f"{name:>16}" for name in names))
    for figure in columns[0]:
        print(f"  {figure:28}" + "".join(f"{column[figure]:>16}" for column in columns))
    for pair in pairs:
        print(f"  {pair.product.name} / floor: {_ratios(pair, mode, crowd)}")
        batches = [ours for ours, _ in pair.turns]
        for kind, counted in _details(batches).items():
            told = ", ".join(f"{name} {each:.1f}" for name, each in sorted(counted.items()) if each)
            print(f"    {kind}: {told or 'none'}")


def _column(batches: list[Batch]) -> dict[str, str]:
    cpu = {name: f"{median(_cpu(batch, name) for batch in batches):.0f}" for name in PROCESSES}
    awx = sum(each for name, each in _details(batches)["outside"].items() if name.startswith("AWX"))
    return {
        "promotions a second": f"{median(batch.rate for batch in batches):.2f}",
        "create, ms p50 / p95": _latency(batches, "create"),
        "approve, ms p50 / p95": _latency(batches, "approve"),
        "approve to deployed, p50 / p95": _latency(batches, "deployed"),
        **{f"CPU ms, {name}": each for name, each in cpu.items()},
        "CPU ms, together": f"{median(map(cpu_ms, batches)):.0f}",
        "history events": f"{sum(_details(batches)['events by workflow'].values()):.1f}",
        "workflow tasks": f"{sum(_details(batches)['tasks by workflow'].values()):.1f}",
        "AWX requests": f"{awx:.1f}",
    }


def _latency(batches: list[Batch], name: str) -> str:
    taken = sorted(1e3 * getattr(cycle, name) for batch in batches for cycle in batch.cycles)
    return f"{_at(taken, 0.5):.0f} / {_at(taken, 0.95):.0f}"


def _at(taken: list[float], part: float) -> float:
    return taken[min(int(len(taken) * part), len(taken) - 1)]


def _cpu(batch: Batch, process: str) -> float:
    return 1e3 * batch.cpu[process] / len(batch.cycles)


def cpu_ms(batch: Batch) -> float:
    """CPU of a promotion, in milliseconds."""
    return sum(_cpu(batch, process) for process in PROCESSES)


def _approval(batch: Batch) -> float:
    return median(cycle.approve for cycle in batch.cycles)


def _ratios(pair: Pair, mode: str, crowd: int) -> str:
    ratios = [
        f"CPU {pair.ratio(cpu_ms):.2f} (at most {CPU_AT_MOST[mode]})",
        f"promotions a second {pair.ratio(lambda batch: batch.rate):.2f} (at least {RATE_AT_LEAST})",
        f"approve p50 {pair.ratio(_approval):.2f}" + (f" (at most {APPROVAL_AT_MOST})" if crowd == 1 else ""),
    ]
    return ", ".join(ratios)


def _details(batches: list[Batch]) -> dict[str, dict[str, float]]:
    """Counts a promotion, over all batches."""
    promotions = sum(len(batch.cycles) for batch in batches)
    totals: dict[str, Counter[str]] = {"events by workflow": Counter(), "tasks by workflow": Counter()}
    totals["outside"] = Counter()
    for batch in batches:
        totals["events by workflow"] += batch.steps.events
        totals["tasks by workflow"] += batch.steps.tasks
        totals["outside"] += batch.outside
    return {kind: {name: each / promotions for name, each in counted.items()} for kind, counted in totals.items()}
