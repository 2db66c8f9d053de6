"""`/metrics`, on a port of its own: never on that of the pages."""

from collections.abc import Callable, Iterable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from signalling.metrics.families import Figures, families


class _Source(Collector):
    def __init__(self, figures: Callable[[], Figures]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        return families(self._figures())


def metrics_app(figures: Callable[[], Figures]) -> web.Application:
    """Serves what `figures` says at the moment it is asked."""
    registry = CollectorRegistry()
    registry.register(_Source(figures))

    async def metrics(_request: web.Request) -> web.Response:
        body = generate_latest(registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    return app
