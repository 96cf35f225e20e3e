#!/usr/bin/env python3
"""What bench.sh leaves to a language with JSON: standard library alone.

  start URL LOG COMMAND...                 starts a server; prints its process id and the
                                           milliseconds to the first good answer of URL
  sign-in BASE ACCOUNTS ROLE               prints an access token for every account of the role in
                                           the demo's lines `role user password`
  targets BASE TOKENS DIR TERM KIND DAY N  walks N classes; writes the request files of bench.lua
  table RESULTS                            the measurements as a Markdown table
"""

import http.client
import json
import random
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# How the classes are dealt out: more connections use up more of them.
SHARES = {
    ("class_write", 1): 0.10, ("class_write", 16): 0.20, ("class_write", 64): 0.30,
    ("single_write", 1): 0.08, ("single_write", 16): 0.12, ("single_write", 64): 0.20,
}


def start(url, log, command):
    """Starts a server and waits, at most a minute, until it answers."""
    with open(log, "ab") as output:
        began = time.monotonic()
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    while time.monotonic() - began < 60:
        if server.poll() is not None:
            sys.exit(f"the server ended with status {server.returncode}: see {log}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    print(server.pid, round((time.monotonic() - began) * 1000))
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        time.sleep(0.002)
    server.kill()
    sys.exit(f"the server was not ready after a minute: see {log}")


class Api:
    """A connection that stays open."""

    def __init__(self, base, token):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(base).netloc, timeout=60)
        self.headers = {"Content-Type": "application/json"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body)
        self.connection.request(method, path, data, self.headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            sys.exit(f"{method} {path}: {answer.status} {text[:500]}")
        return json.loads(text)

    def rows(self, path, size={"limit": 100}):
        """Every row of a list, page after page; a list that comes whole takes no size."""
        cursor = None
        while True:
            query = size | ({"cursor": cursor} if cursor else {})
            page = self.call("GET", f"{path}?{urllib.parse.urlencode(query)}")
            if isinstance(page, list):
                yield from page
                return
            yield from page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return


def sign_in(base, accounts, role):
    with open(accounts, encoding="utf-8") as file:
        lines = [line.split()[:3] for line in file if line.split()[:1] == [role]]
    if not lines:
        sys.exit(f"the demo printed no account for {role}")
    for _, user, password in lines:
        body = {"username": user, "password": password}
        print(Api(base, None).call("POST", "/api/v1/auth/login", body)["access_token"])


def classes_of(base, tokens, limit):
    """At most `limit` classes: the token to use, the class, its pupils."""
    found = []
    for number, token in enumerate(tokens, 1):
        api = Api(base, token)
        for school in api.rows("/api/v1/schools"):
            for one in api.rows(f"/api/v1/schools/{school['id']}/classes"):
                if len(found) == limit:
                    return found
                pupils = [pupil["id"] for pupil in api.rows(f"/api/v1/classes/{one['id']}/students", {})][:50]
                if pupils:
                    found.append((number, one["id"], pupils))
    return found


def row(pupil, number):
    """Believable values that vary: acuity 4.5 to 5.2, spheres 0.00 to -2.75."""
    return {
        "student_id": pupil,
        "right_uncorrected": f"{4.5 + number % 8 / 10:.1f}",
        "left_uncorrected": f"{4.5 + number // 3 % 8 / 10:.1f}",
        "right_sphere": f"{-(number % 12) / 4:.2f}".replace("-0.00", "0.00"),
        "left_sphere": f"{-(number // 5 % 12) / 4:.2f}".replace("-0.00", "0.00"),
    }


def write_lines(path, lines):
    """One request a line: number of the token, path, body."""
    with open(path, "w", encoding="utf-8") as file:
        file.writelines("\t".join(map(str, line)) + "\n" for line in lines)


def targets(base, token_file, directory, term, kind, day, limit):
    """Deals the classes out to the runs, so that no pupil is screened twice."""
    with open(token_file, encoding="utf-8") as file:
        classes = classes_of(base, file.read().split(), int(limit))
    if not classes:
        sys.exit("the accounts see no class with pupils")
    # As on a real morning, neighbouring requests come from different schools.
    shuffle = random.Random(1).shuffle
    shuffle(classes)
    head = {"term": term, "kind": kind, "examined_on": day}
    position = 0
    for (what, connections), share in SHARES.items():
        size = max(1, int(len(classes) * share))
        lines = []
        for token, class_id, pupils in classes[position : position + size]:
            rows = [row(pupil, number) for number, pupil in enumerate(pupils)]
            if what == "class_write":
                path = f"/api/v1/classes/{class_id}/vision/screenings"
                lines.append((token, path, json.dumps(head | {"rows": rows})))
            else:
                lines += [(token, "/api/v1/vision/screenings", json.dumps(head | one)) for one in rows]
        shuffle(lines)
        write_lines(f"{directory}/{what}.{connections}", lines)
        position += size
    lists = [(token, f"/api/v1/classes/{class_id}/vision?term={term}") for token, class_id, _ in classes]
    write_lines(f"{directory}/class_list", lists)
    files = [(token, f"/api/v1/students/{pupils[0]}/file") for token, _, pupils in classes]
    write_lines(f"{directory}/file", files)
    print(f"{len(classes)} classes, {sum(len(one[2]) for one in classes)} pupils", file=sys.stderr)


def table(results):
    """Lines `engine what connections who rate p50 p99 answered refused refusal`, by tabs."""
    runs = {}
    with open(results, encoding="utf-8") as file:
        for line in file:
            engine, what, connections, who, rate, p50, p99, _, refused, _ = line.rstrip("\n").split("\t")
            runs.setdefault((engine, what, connections), {})[who] = (float(rate), p50, p99, int(refused))
    print("| engine | what | connections | requests/s | p50 ms | p99 ms | bare requests/s | bare p99 ms | ratio |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for (engine, what, connections), by in runs.items():
        rate, p50, p99, refused = by["xuekang"]
        cells = [engine, what, connections, f"{rate:,.0f}", p50, p99]
        if "bare" in by:
            bare, _, bare_p99, bare_refused = by["bare"]
            cells += [f"{bare:,.0f}", bare_p99, f"{rate / bare:.2f}" if bare else "–"]
            refused += bare_refused
        else:
            cells += ["–", "–", "–"]
        if refused:
            cells[1] += f" ({refused} refused)"
        print("| " + " | ".join(cells) + " |")


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "start":
        start(arguments[0], arguments[1], arguments[2:])
    elif command == "sign-in":
        sign_in(*arguments)
    elif command == "targets":
        targets(*arguments)
    elif command == "table":
        table(*arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
