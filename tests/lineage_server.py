"""An HTTP server that takes events of lineage, and openlineage's own classes as judges of them."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    documentation_job,
    error_message_run,
    job_type_job,
    output_statistics_output_dataset,
    parent_run,
    processing_engine_run,
    schema_dataset,
    sql_job,
)

FACETS: Mapping[str, Any] = {
    "parent": parent_run.ParentRunFacet,
    "processing_engine": processing_engine_run.ProcessingEngineRunFacet,
    "errorMessage": error_message_run.ErrorMessageRunFacet,
    "jobType": job_type_job.JobTypeJobFacet,
    "documentation": documentation_job.DocumentationJobFacet,
    "sql": sql_job.SQLJobFacet,
    "schema": schema_dataset.SchemaDatasetFacet,
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
    "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
}


class Server:
    """Takes what is posted; answers with a status, after a while."""

    def __init__(self, status: int = 200, seconds: float = 0) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.released = threading.Event()
        self.arrived = threading.Condition()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.released.wait(seconds)
                with server.arrived:
                    server.bodies.append(body)
                    server.paths.append(self.path)
                    server.keys.append(self.headers.get("Authorization"))
                    server.arrived.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that went away
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self) -> "Server":
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.http.shutdown()
        self.http.server_close()

    def await_event(self, job: str, state: str) -> None:
        """Until such an event has come, or a minute has gone by."""

        def there() -> bool:
            return any(e["job"]["name"].endswith(job) and e["eventType"] == state for e in self.bodies)

        with self.arrived:
            assert self.arrived.wait_for(there, timeout=60), self.bodies

    def events(self) -> dict[tuple[str, str], dict[str, Any]]:
        """``(job without project and target, event type)`` -> event, each read by openlineage's own classes."""
        for body in self.bodies:
            checked(body)
        found = {(e["job"]["name"].split(".", 2)[2], e["eventType"]): e for e in self.bodies}
        assert len(found) == len(self.bodies)
        return found


def checked(event: dict[str, Any]) -> RunEvent:
    """The event as a value of openlineage's classes, which check what they are made of."""

    def facets(found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        read = {}
        for name, facet in found.items():
            if name == "tags":
                continue
            assert facet["_schemaURL"].startswith("https://openlineage.io/spec/")
            assert facet["_producer"].startswith("urn:featurec:")
            read[name] = FACETS[name](**{k: v for k, v in facet.items() if not k.startswith("_")})
        return read

    inputs = [InputDataset(d["namespace"], d["name"], facets=facets(d["facets"])) for d in event["inputs"]]
    outputs = [
        OutputDataset(
            d["namespace"], d["name"], facets=facets(d["facets"]), outputFacets=facets(d.get("outputFacets", {}))
        )
        for d in event["outputs"]
    ]
    return RunEvent(
        eventType=RunState(event["eventType"]),
        eventTime=event["eventTime"],
        run=Run(event["run"]["runId"], facets(event["run"]["facets"])),
        job=Job(event["job"]["namespace"], event["job"]["name"], facets(event["job"]["facets"])),
        inputs=inputs,
        outputs=outputs,
    )
