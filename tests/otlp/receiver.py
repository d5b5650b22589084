"""A collector for tests: takes traces by OTLP over gRPC and over HTTP, and writes a line of JSON for each span.

What is received is read by the Python packages of OpenTelemetry (opentelemetry-proto) and by grpcio.
Usage: receiver.py DIRECTORY. It writes DIRECTORY/ports (gRPC, HTTP) when it listens, and DIRECTORY/spans.
"""

import json
import os
import sys
import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as messages
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as services

DIRECTORY = sys.argv[1]
LOCK = threading.Lock()


def value(any_value):
    kind = any_value.WhichOneof("value")
    return getattr(any_value, kind) if kind else None


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


def note(request, protocol, headers):
    with LOCK, open(os.path.join(DIRECTORY, "spans"), "a", encoding="utf-8") as file:
        for of_resource in request.resource_spans:
            resource = attributes(of_resource.resource.attributes)
            for of_scope in of_resource.scope_spans:
                for span in of_scope.spans:
                    line = {
                        "trace": span.trace_id.hex(),
                        "span": span.span_id.hex(),
                        "parent": span.parent_span_id.hex(),
                        "name": span.name,
                        "kind": type(span).SpanKind.Name(span.kind),
                        "status": type(span.status).StatusCode.Name(span.status.code),
                        "took": span.end_time_unix_nano - span.start_time_unix_nano,
                        "events": len(span.events),
                        "attributes": attributes(span.attributes),
                        "resource": resource,
                        "protocol": protocol,
                        "token": headers.get("x-token"),
                    }
                    file.write(json.dumps(line) + "\n")


class OverGrpc(services.TraceServiceServicer):
    def Export(self, request, context):
        note(request, "grpc", dict(context.invocation_metadata()))
        return messages.ExportTraceServiceResponse()


class OverHttp(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/v1/traces" or self.headers["Content-Type"] != "application/x-protobuf":
            self.send_error(404)
            return
        request = messages.ExportTraceServiceRequest.FromString(body)
        note(request, "http", {name.lower(): text for name, text in self.headers.items()})
        answer = messages.ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
services.add_TraceServiceServicer_to_server(OverGrpc(), server)
grpc_port = server.add_insecure_port("127.0.0.1:0")
server.start()
http = ThreadingHTTPServer(("127.0.0.1", 0), OverHttp)
with open(os.path.join(DIRECTORY, "ports.new"), "w", encoding="utf-8") as ports:
    ports.write(f"{grpc_port} {http.server_port}\n")
os.rename(os.path.join(DIRECTORY, "ports.new"), os.path.join(DIRECTORY, "ports"))
http.serve_forever()
