"""The table of values in the chart's README, made from values.yaml.

    python3 tests/helm/documents.py          writes it anew
"""

import json
import re
import sys

import yaml

from manifests import CHART

BEGIN, END = "<!-- values:begin -->", "<!-- values:end -->"


def described():
    """The values: path, default, what the comment above it says; in the order of the file."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    rows, path, comment = [], [], []
    text_until = None
    for number, line in enumerate((CHART / "values.yaml").read_text().splitlines(), 1):
        indent = len(line) - len(line.lstrip())
        if text_until is not None and (not line.strip() or indent > text_until):
            continue
        text_until = None
        if line.lstrip().startswith("# "):
            comment.append(line.strip()[2:])
            continue
        found = re.match(r"( *)([\w.-]+):(?: (.*))?$", line)
        if not found:
            assert not line.strip() or line.lstrip().startswith("- "), f"line {number}: {line}"
            comment = []
            continue
        path = path[: indent // 2] + [found[2]]
        value = values
        for key in path:
            value = value[key]
        children = isinstance(value, dict) and value and not is_map(path)
        if not children:
            rows.append((path, value, " ".join(comment)))
            if not isinstance(value, dict) or is_map(path):
                text_until = indent
        comment = []
    return rows


def is_map(path):
    """Values whose keys are the user's own."""
    return path[-1] in ("initializationFiles",)


def shown(path, value):
    if is_map(path):
        return "imdb.sql, imdashdb.sql"
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 60 else "see values.yaml"


def name(path):
    return ".".join(path)


def table():
    lines = ["| Value | What it is | Default |", "| --- | --- | --- |"]
    for path, value, comment in described():
        default = shown(path, value).replace("|", "\\|")
        what = comment.replace("|", "\\|")
        lines.append(f"| `{name(path)}` | {what} | `{default}` |")
    return "\n".join(lines) + "\n"


def parts():
    text = (CHART / "README.md").read_text()
    head, rest = text.split(BEGIN)
    old, tail = rest.split(END)
    return head, old, tail


if __name__ == "__main__":
    head, _, tail = parts()
    (CHART / "README.md").write_text(f"{head}{BEGIN}\n\n{table()}\n{END}{tail}")
    sys.stdout.write("deploy/helm/im/README.md is written.\n")
