"""Serves a repository of git as GitHub does, as far as its list of files and the files themselves go.

repository.py DIRECTORY: prints the port that it listens on, and goes on until its standard input ends.
"""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

TREE = "/api/v3/repos/o/r/git/trees/"
RAW = "/o/r/raw/"


def git(*arguments):
    return subprocess.run(["git", "-C", sys.argv[1], *arguments], check=True, capture_output=True).stdout


def tree(branch):
    entries = []
    for line in git("ls-tree", "-r", "-t", "-z", branch).decode().split("\0"):
        if line:
            about, path = line.split("\t")
            mode, kind, sha = about.split()
            entries.append({"path": path, "mode": mode, "type": kind, "sha": sha})
    return json.dumps({"sha": git("rev-parse", branch).decode().strip(), "tree": entries, "truncated": False}).encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path = unquote(urlsplit(self.path).path)
        try:
            if path.startswith(TREE):
                self.answer(200, tree(path[len(TREE):]))
            elif path.startswith(RAW):
                branch, _, file = path[len(RAW):].partition("/")
                self.answer(200, git("show", f"{branch}:{file}"))
            else:
                self.answer(404, b"404: Not Found")
        except subprocess.CalledProcessError:
            self.answer(404, b"404: Not Found")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
