"""What is measured: a cluster on this machine, its processes and its database."""

import re
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKS = 100


class Cluster:
    """Nodes with MariaDB, Redis and HAProxy, by `deploy/local-cluster`."""

    def __init__(self, directory, nodes, binary, options=()):
        self.directory = Path(directory)
        self.binary = binary
        arguments = ["--nodes", str(nodes), "--im", str(binary), "--rate", "1000000000"]
        for option in options:
            arguments += ["--option", option]
        try:
            self._run("up", *arguments)
        except subprocess.CalledProcessError:
            # What did start.
            self._run("down")
            raise
        self.known = dict(re.findall(r"^(\w+)=(.*)$", (self.directory / "cluster").read_text(), re.M))
        self.nodes = [f"node{number}" for number in range(1, nodes + 1)]

    def _run(self, *arguments):
        command = [ROOT / "deploy/local-cluster", *arguments, "--dir", self.directory]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._run("down", "--purge")

    @property
    def entrance(self):
        """The address of HAProxy."""
        return f"http://127.0.0.1:{self.known['HAPROXY_PORT']}"

    def node(self, number=1):
        """The address of a node."""
        return f"http://127.0.0.1:{self.known[f'REST_PORT_{number}']}"

    def process(self, name):
        """A part of the cluster: `mariadb`, `redis`, `haproxy` or `node1` and so on."""
        return Process(int((self.directory / f"{name}.pid").read_text().split()[0]))

    def stop_node(self, number=1):
        """Ends a node as an operator does, and waits for the end."""
        process = self.process(f"node{number}")
        subprocess.run(["kill", "-TERM", str(process.pid)], check=True)
        while process.lives():
            time.sleep(0.02)

    def start_node(self, number=1):
        """Starts a node: the seconds until it is ready."""
        directory = self.directory / f"node{number}"
        begun = time.monotonic()
        with open(self.directory / f"node{number}.out", "w", encoding="utf-8") as out:
            node = subprocess.Popen(
                [self.binary, "serve", "--config", directory / "im.cfg"],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin"}, start_new_session=True,
            )
        while "Ready" not in (self.directory / f"node{number}.out").read_text():
            if node.poll() is not None:
                raise RuntimeError(f"node{number} ended with {node.returncode}")
            time.sleep(0.002)
        took = time.monotonic() - begun
        (self.directory / f"node{number}.pid").write_text(f"{node.pid} {Process(node.pid).started()}\n")
        return took

    def sql(self, statement):
        """What the database answers: rows of columns, as text."""
        user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
        command = ["mariadb", "--no-defaults", "-u", user, "-N", "-B", "-S", self.directory / "mariadb.sock", "im"]
        answer = subprocess.run(command, input=statement, check=True, capture_output=True, text=True).stdout
        return [line.split("\t") for line in answer.splitlines()]

    def commits(self):
        """Transactions that the database has committed so far."""
        rows = dict(self.sql("SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_commit', 'Binlog_commits', 'Com_xa_commit')"))
        return int(rows["Com_commit"])

    def redis_commands(self):
        """Commands that Redis has served so far."""
        command = ["redis-cli", "-p", self.known["REDIS_PORT"], "INFO", "stats"]
        environment = {"PATH": "/usr/bin:/bin", "REDISCLI_AUTH": self.known["REDIS_PASSWORD"]}
        answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
        return int(re.search(r"total_commands_processed:(\d+)", answer)[1])


class Process:
    """A process, by its number."""

    def __init__(self, pid):
        self.pid = pid

    def _stat(self):
        return Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()

    def lives(self):
        """Whether it still runs."""
        try:
            return self._stat()[0] != "Z"
        except FileNotFoundError:
            return False

    def started(self):
        """When it started, in clock ticks since the machine did."""
        return int(self._stat()[19])

    def _workers(self):
        """The processes that it began and that work for it, as those of HAProxy."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [Process(int(child)) for child in children.split()]

    def cpu(self):
        """The processor time of the process and its workers so far, in seconds."""
        stat = self._stat()
        return (int(stat[11]) + int(stat[12])) / TICKS + sum(worker.cpu() for worker in self._workers())

    def memory(self):
        """Their resident memory, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        own = int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024
        return own + sum(worker.memory() for worker in self._workers())


def machine():
    """The machine in a line, and the date."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    kernel = Path("/proc/sys/kernel/osrelease").read_text().strip()
    cores = subprocess.run(["nproc"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{time.strftime('%F', time.gmtime())}, {cores} cores ({model[1] if model else 'unknown'}), Linux {kernel}"
