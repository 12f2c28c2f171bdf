"""The one page of the simulated AWX: its jobs, the newest first, each under the address that it has in AWX."""

from collections.abc import Iterable
from html import escape

from demo.awx.model import SimulatedJob

_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Jobs of a simulated AWX</title><link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 4vh auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .4rem .8rem .4rem 0; }
tr:target { outline: 3px solid #1f6feb; }
</style>
<h1>Jobs</h1>
<p>This stands in for AWX. The newest job comes first.</p>
"""


def page(jobs: Iterable[SimulatedJob]) -> str:
    """The page as HTML."""
    rows = "".join(map(_row, sorted(jobs, key=lambda job: job.id, reverse=True)))
    head = "<tr><th>Job</th><th>State</th><th>For</th></tr>"
    return f"{_HEAD}<table>{head}{rows}</table>" if rows else f"{_HEAD}<p>There was none yet.</p>"


def _row(job: SimulatedJob) -> str:
    what = " ".join(str(job.extra_vars.get(key, "")) for key in ("request_id", "target_name", "target_version"))
    cells = "".join(f"<td>{escape(str(cell))}</td>" for cell in (job.id, job.status, what))
    return f'<tr id="/jobs/{job.id}">{cells}</tr>'
