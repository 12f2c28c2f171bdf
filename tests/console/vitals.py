"""What a browser says of a page's speed: the Core Web Vitals, as web.dev defines them."""

from dataclasses import dataclass

from playwright.sync_api import Page

WATCH = """
window.vitals = { lcp: 0, cls: 0, moved: [], presses: {} };
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
    const { presses } = window.vitals;
    if (each.interactionId) presses[each.interactionId] = Math.max(presses[each.interactionId] ?? 0, each.duration);
}, { durationThreshold: 16 });
"""
"""Runs before the page's own scripts. An interaction shorter than 16 ms is told nowhere."""


@dataclass(frozen=True)
class Vitals:
    """Since the page was opened: LCP in ms, CLS with what moved, and how long each interaction took, in ms."""

    lcp: float
    cls: float
    moved: tuple[str, ...]
    presses: tuple[float, ...]


def vitals(page: Page) -> Vitals:
    """The figures of the page that is open, which was opened with `WATCH`."""
    found = page.evaluate("() => ({ ...window.vitals, presses: Object.values(window.vitals.presses) })")
    moved = tuple(text for each in found["moved"] for text in each)
    return Vitals(found["lcp"], found["cls"], moved, tuple(found["presses"]))
