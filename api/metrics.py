"""Measures the API for Prometheus: requests by route, method and status, and how long they took."""

import time

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = Counter("prodgate_http_requests", "HTTP requests answered", ["method", "route", "status"])
SECONDS = Histogram("prodgate_http_request_seconds", "Time to answer an HTTP request", ["method", "route", "status"])
"""By the class of the status, such as `5xx`: a fault that is answered quickly is not a quick answer."""

REFUSALS = Counter("prodgate_refusals", "Requests refused or failed, by the kind that the answer names", ["kind"])

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """Counts every request under its route's template, so that ids and hostile paths make no new series."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            REQUESTS.labels(method, route, status).inc()
            SECONDS.labels(method, route, f"{status // 100}xx").observe(time.perf_counter() - started)
