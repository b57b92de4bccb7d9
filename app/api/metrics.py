"""`/metrics`: the numbers of every process of this server, in the text format of Prometheus."""

from collections.abc import Iterator, Mapping
from itertools import accumulate

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry
from starlette.responses import Response

from app.api.conditional import Clock
from app.api.dependencies import strict_parameters
from app.api.metering import BOUNDS, Tally
from app.api.peers import State
from app.db import SCHEMA_REVISION
from app.version import VERSION

router = APIRouter(dependencies=[Depends(strict_parameters)])


def state_of(tally: Tally, engine: sa.Engine, clock: Clock) -> State:
    """The numbers of this process as plain values; nothing is asked of the database."""
    pool = engine.pool
    told = {"in_use": pool.checkedout(), "idle": pool.checkedin(), "most": pool.size()} if isinstance(pool, sa.QueuePool) else {}
    return {
        "requests": [[*key, row] for key, row in tally.requests.items()],
        "in_flight": tally.in_flight,
        "answers": dict(tally.answers),
        "pool": told,
        "data_version": clock.latest,
    }


@router.get("/metrics", include_in_schema=False)
async def get_metrics(request: Request) -> Response:
    """The numbers of every process; not of the API, so not in its description."""
    registry = CollectorRegistry()
    registry.register(_Told(await request.app.state.peers.states()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Told(Collector):
    """The states of the processes as families of metrics, each number with the process it is of."""

    def __init__(self, states: Mapping[str, State]) -> None:
        self.states = states

    def collect(self) -> Iterator[Metric]:
        """Every family, described."""
        yield InfoMetricFamily("claimbook_build", "The program.", value={"version": VERSION, "schema": SCHEMA_REVISION})
        yield self._durations()
        yield self._gauge("claimbook_requests_in_flight", "Requests that are being answered.", "in_flight")
        answers = CounterMetricFamily("claimbook_answers", "Answers under /v1 by how they came about.", labels=["how", "worker"])
        pool = GaugeMetricFamily(
            "claimbook_pool_connections", "Database connections: in use, idle, and most there may be.", labels=["state", "worker"]
        )
        for worker, state in self.states.items():
            for how, number in state["answers"].items():
                answers.add_metric([how, worker], number)
            for name, number in state["pool"].items():
                pool.add_metric([name, worker], number)
        yield answers
        yield pool
        yield self._gauge("claimbook_data_version", "Data version that the process saw last.", "data_version")

    def _durations(self) -> Metric:
        family = HistogramMetricFamily(
            "claimbook_request_duration_seconds",
            "Seconds from a request to the end of its answer.",
            labels=["route", "method", "status", "worker"],
        )
        bounds = [*map(str, BOUNDS), "+Inf"]
        for worker, state in self.states.items():
            for route, method, status, (*counts, seconds) in state["requests"]:
                buckets = list(zip(bounds, accumulate(counts), strict=True))
                family.add_metric([route, method, str(status), worker], buckets, sum_value=seconds)
        return family

    def _gauge(self, name: str, told: str, key: str) -> Metric:
        family = GaugeMetricFamily(name, told, labels=["worker"])
        for worker, state in self.states.items():
            if state[key] is not None:
                family.add_metric([worker], state[key])
        return family
