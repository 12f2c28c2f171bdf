"""What a browser says of a page's speed: the Core Web Vitals, as web.dev defines them."""

from dataclasses import dataclass

from playwright.sync_api import Page

WATCH = """
window.vitals = { lcp: 0, cls: 0, moved: [], presses: {}, slowest: { duration: 0 } };
const seen = (type, note, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
seen('largest-contentful-paint', (each) => { window.vitals.lcp = each.startTime; });
seen('layout-shift', (each) => {
    if (each.hadRecentInput) return;
    window.vitals.cls += each.value;
    const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ');
    window.vitals.moved.push(each.sources.map(({ node, previousRect, currentRect }) =>
        `${place(previousRect)} to ${place(currentRect)}: ${node?.outerHTML?.slice(0, 120) ?? 'a node that went'}`));
});
seen('event', (each) => {
    const { presses, slowest } = window.vitals;
    if (!each.interactionId) return;
    presses[each.interactionId] = Math.max(presses[each.interactionId] ?? 0, each.duration);
    if (each.duration <= slowest.duration) return;
    const { name, duration, startTime, processingStart, processingEnd, target } = each;
    const parts = [processingStart - startTime, processingEnd - processingStart, startTime + duration - processingEnd];
    const [waited, ran, painted] = parts.map(Math.round);
    const where = target?.outerHTML?.slice(0, 120) ?? 'a node that went';
    const said = `${name}, ${waited} ms waited, ${ran} run, ${painted} painted: ${where}`;
    window.vitals.slowest = { duration, said };
}, { durationThreshold: 16 });
"""
"""Runs before the page's own scripts. An interaction shorter than 16 ms is told nowhere."""


@dataclass(frozen=True)
class Vitals:
    """Since the page was opened: LCP in ms, CLS with what moved, how long each interaction took, in ms, and the slowest
    of them: where its time went, and on what; empty where none took 16 ms."""

    lcp: float
    cls: float
    moved: tuple[str, ...]
    presses: tuple[float, ...]
    slowest: str


def vitals(page: Page) -> Vitals:
    """The figures of the page that is open, which was opened with `WATCH`."""
    found = page.evaluate("() => ({ ...window.vitals, presses: Object.values(window.vitals.presses) })")
    moved = tuple(text for each in found["moved"] for text in each)
    slowest = str(found["slowest"].get("said", ""))
    return Vitals(found["lcp"], found["cls"], moved, tuple(found["presses"]), slowest)
