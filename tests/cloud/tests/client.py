"""An independent client of the simulated cloud: checks the protocol with what Python has, and nothing of the project."""
import base64
import http.client
import json
import signal
import sys
import threading
import time

HOST = sys.argv[2]
# Whoever waits here in vain is ended.
signal.alarm(120)


def call(method, path, body=None, auth="u:p"):
    """Status and body; None if the connection was closed without an answer."""
    connection = http.client.HTTPConnection(HOST, timeout=20)
    headers = {}
    if auth:
        headers["Authorization"] = "Basic " + base64.b64encode(auth.encode()).decode()
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    except (http.client.RemoteDisconnected, ConnectionError):
        return None
    finally:
        connection.close()


def launch(vm, token=None, inf="inf", **more):
    labels = {"im-inf": inf, "im-vm": str(vm), "im-token": token or "none"}
    body = {"name": f"vm-{vm}", "cpu": 1, "memory_mb": 512, "labels": labels, **more}
    if token:
        body["token"] = token
    return call("POST", "/machines", body)


def faults(**wanted):
    status, _ = call("PUT", "/control/faults", wanted, auth=None)
    assert status == 204, status


def audit():
    return call("GET", "/control/audit", auth=None)[1]


def equal(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


def credentials():
    equal(call("GET", "/machines", auth=None)[0], 401)
    equal(call("GET", "/machines", auth="u:wrong")[0], 401)
    equal(call("GET", "/machines"), (200, []))


def life():
    faults(boot_ms=300)
    status, made = launch(0, "t0", user_data="words", interfaces=2)
    equal((status, made["state"], made["cpu"], made["user_data"]), (201, "pending", 1, "words"))
    equal((len(made["addresses"]), made["labels"]["im-inf"]), (2, "inf"))
    path = "/machines/" + made["id"]
    while call("GET", path)[1]["state"] != "running":
        time.sleep(0.02)
    for _ in range(2):
        equal(call("POST", path + "/stop")[0], 204)
        equal(call("GET", path)[1]["state"], "stopped")
    equal(call("POST", path + "/reboot")[0], 204)
    equal(call("GET", path)[1]["state"], "stopped")
    equal(call("POST", path + "/start")[0], 204)
    equal(call("GET", path)[1]["state"], "pending")
    faults()
    equal(call("PUT", path, {"cpu": 4, "memory_mb": 1024})[1]["cpu"], 4)
    # The account of somebody else sees nothing of it.
    equal(call("GET", path, auth="v:q")[0], 404)
    equal(call("GET", "/machines", auth="v:q"), (200, []))
    equal(call("DELETE", path, auth="v:q")[0], 404)
    equal(len(call("GET", "/machines?label=im-inf=inf")[1]), 1)
    equal(len(call("GET", "/machines?label=im-inf=other")[1]), 0)
    status, image = call("POST", path + "/images", {"name": "mine"})
    equal((status, image["name"]), (201, "mine"))
    equal(len(call("GET", "/images")[1]), 2)
    equal([call("DELETE", "/images/" + image["id"])[0] for _ in range(2)], [204, 404])
    equal([call("DELETE", path)[0] for _ in range(2)], [204, 404])
    equal(call("GET", path)[0], 404)
    equal(launch(0, "t0", user_data="words", interfaces=2)[0], 410)


def tokens():
    equal(call("POST", "/machines", [])[0], 400)
    status, first = launch(1, "t1")
    equal(status, 201)
    equal(launch(1, "t1"), (200, first))
    equal(launch(1, "t1", cpu=8)[0], 422)
    # Without a token nothing is recognised.
    one, two = launch(2), launch(2)
    assert one[1]["id"] != two[1]["id"]
    assert [one[1]["id"], two[1]["id"]] in audit()["doubled"]
    # Many at the same time with the same token are one.
    answers = []
    calls = [threading.Thread(target=lambda: answers.append(launch(3, "t3"))) for _ in range(20)]
    for thread in calls:
        thread.start()
    for thread in calls:
        thread.join()
    equal(len({answer[1]["id"] for answer in answers}), 1)
    equal(sorted(answer[0] for answer in answers), [200] * 19 + [201])
    outcomes = [c["outcome"] for c in audit()["calls"] if c["token"] == "t1"]
    equal(outcomes, ["made", "repeated", "different"])


def failures():
    def made(token):
        return [m["id"] for m in audit()["machines"] if m["token"] == token]

    kinds = {"refused": (429, 0), "broken": (500, 0), "dropped": (None, 0), "lost": (None, 1), "broken_after": (500, 1)}
    for kind, (status, effect) in kinds.items():
        faults(failures=[{"operation": "launch", "kind": kind, "times": 1}])
        answer = launch(10, kind, inf=kind)
        equal((answer and answer[0], len(made(kind))), (status, effect))
        # That was the only one, and a repeat with the token finds what was made.
        answer = launch(10, kind, inf=kind)
        equal((answer[0], made(kind)), (200 if effect else 201, [answer[1]["id"]]))
    faults(failures=[{"operation": "remove", "kind": "lost", "times": 1}])
    equal(call("DELETE", "/machines/" + answer[1]["id"]), None)
    equal(call("GET", "/machines/" + answer[1]["id"])[0], 404)
    faults(seed=7, failures=[{"operation": "list", "kind": "broken", "rate": 0.5}])
    broken = sum(call("GET", "/machines")[0] == 500 for _ in range(100))
    assert 20 < broken < 80, broken
    faults()


def late():
    equal(call("PUT", "/control/faults", {"nothing": 1}, auth=None)[0], 400)
    faults(visibility_ms=700)
    made = launch(20, "late", inf="late")[1]
    equal(call("GET", "/machines/" + made["id"])[0], 200)
    found = lambda: len(call("GET", "/machines?label=im-inf=late")[1])
    equal(found(), 0)
    while found() == 0:
        time.sleep(0.05)
    equal(call("DELETE", "/machines/" + made["id"])[0], 204)
    equal(found(), 1)
    while found() == 1:
        time.sleep(0.05)
    faults(latency_ms=[200, 300])
    begun = time.monotonic()
    equal(launch(21, "slow", inf="late")[0], 201)
    assert time.monotonic() - begun >= 0.2
    # What has arrived is carried out, though nobody waits for it.
    connection = http.client.HTTPConnection(HOST)
    body = json.dumps({"name": "x", "token": "gone", "labels": {}})
    header = {"Authorization": "Basic " + base64.b64encode(b"u:p").decode()}
    connection.request("POST", "/machines", body, header)
    connection.close()
    while not [m for m in audit()["machines"] if m["token"] == "gone"]:
        time.sleep(0.05)
    there = audit()["alive"]
    faults(capacity=there + 1)
    equal(launch(22, "last", inf="late")[0], 201)
    equal(launch(23, "none", inf="late")[0], 409)
    equal(call("GET", "/quotas")[1]["instances"], {"used": there + 1, "limit": there + 1})
    faults()


def protocol():
    for check in (credentials, life, tokens, failures, late):
        check()


def load():
    """Launches from four threads until the cloud dies; prints the tokens and ids that it answered."""
    lock = threading.Lock()

    def run(worker):
        for n in range(100000):
            token = f"w{worker}n{n}"
            answer = launch(n, token, inf=f"w{worker}")
            if answer is None:
                return
            with lock:
                print(token, answer[1]["id"], flush=True)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def survived():
    """Everything that `load` was answered, as its standard input tells, is there, once."""
    acknowledged = dict(line.split() for line in sys.stdin)
    assert acknowledged
    state = audit()
    by_token = {}
    for machine in state["machines"]:
        assert machine["token"] not in by_token, machine
        by_token[machine["token"]] = machine["id"]
    for token, machine in acknowledged.items():
        equal(by_token.get(token), machine)
        equal(call("GET", "/machines/" + machine)[1]["state"], "running")
    assert len(by_token) - len(acknowledged) <= 4
    equal(state["doubled"], [])


{"protocol": protocol, "load": load, "survived": survived}[sys.argv[1]]()
