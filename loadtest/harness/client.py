"""A client of the REST API, for filling a service and for single measurements."""

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit


def credentials(user):
    """The header of a user who has the built-in cloud."""
    return f"type = InfrastructureManager; username = {user}; password = pass-{user}\\nid = dummy; type = Dummy"


def document(machines):
    """A RADL document of so many machines, which needs no contextualization."""
    return (
        "network lan (outbound = 'yes')\n"
        "system node (\ncpu.count >= 1 and\nmemory.size >= 512m and\nnet_interface.0.connection = 'lan' and\n"
        "disk.0.os.name = 'linux' and\ndisk.0.image.url = 'mock0://linux'\n)\n"
        f"contextualize ()\ndeploy node {machines}\n"
    )


class Refused(Exception):
    """An answer that is none of those that were expected."""


class Client:
    """One connection, which is opened again when it was closed."""

    def __init__(self, base, user):
        self.parts = urlsplit(base)
        self.headers = {"Authorization": credentials(user)}
        self.connection = None

    def call(self, method, path, body=None, headers=()):
        """Sends a request: the status, the headers and the body of the answer."""
        headers = {**self.headers, **dict(headers)}
        if body is not None:
            headers.setdefault("Content-Type", "text/plain")
        for last in (False, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=600)
            try:
                self.connection.request(method, self.parts.path.rstrip("/") + path, body, headers)
                answer = self.connection.getresponse()
                return answer.status, answer.headers, answer.read()
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                # What is not safe may have been done.
                if last or method != "GET":
                    raise

    def good(self, method, path, body=None, headers=()):
        """The body of a good answer, as text."""
        status, _, text = self.call(method, path, body, headers)
        if status != 200:
            raise Refused(f"{method} {path}: {status} {text[:300].decode(errors='replace')}")
        return text.decode()

    def create(self, machines):
        """Creates an infrastructure: its id."""
        return self.good("POST", "/infrastructures", document(machines)).rsplit("/", 1)[-1]

    def create_in_the_end(self, machines):
        """The same, however often a database that cannot follow makes the service say that it is to be tried later."""
        while True:
            status, _, text = self.call("POST", "/infrastructures", document(machines))
            if status == 200:
                return text.decode().rsplit("/", 1)[-1]
            if status != 503:
                raise Refused(f"POST /infrastructures: {status} {text[:300].decode(errors='replace')}")
            time.sleep(1)

    def state(self, inf):
        """The state of an infrastructure."""
        answer = self.good("GET", f"/infrastructures/{inf}/state", headers={"Accept": "application/json"})
        return json.loads(answer)["state"]["state"]


def fill(base, users, each, machines, connections=8):
    """Creates so many infrastructures for each user, with so many machines each: the ids of each user."""
    ids = {user: [] for user in users}
    wanted = [user for _ in range(each) for user in users]
    shares = [wanted[start::connections] for start in range(connections)]

    def work(share):
        clients = {}
        for user in share:
            client = clients.setdefault(user, Client(base, user))
            ids[user].append(client.create_in_the_end(machines))

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(work, shares))
    return ids
