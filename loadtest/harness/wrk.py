"""Load by wrk: as many requests as come through some connections, and how long each took."""

import os
import re
import subprocess
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1] / "wrk"
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def run(script, url, authorization, connections, seconds, document=None):
    """Requests per second, latencies in seconds, and how many requests there were."""
    environment = {**os.environ, "AUTH": authorization}
    if document is not None:
        environment["DOCUMENT"] = str(document)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", SCRIPTS / f"{script}.lua", url]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url} was refused: {said}")
    result = {
        "per_second": float(re.search(r"Requests/sec:\s*([\d.]+)", said)[1]),
        "requests": int(re.search(r"(\d+) requests in", said)[1]),
    }
    for share in (50, 90, 99):
        value, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s|m)", said).groups()
        result[f"p{share}"] = float(value) * UNITS[unit]
    return result
