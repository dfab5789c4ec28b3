#!/usr/bin/env python3
"""What imports, searches and list pages cost two sets of functions on one program, in turn, as processor time of the server.

    tests/bench/compare_imports.py target/ci/shian ../before . 9

The second and third argument are folders with spin.toml and functions that are built; the last one is how many rounds there are.
"""
import http.cookiejar
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROWS = 20_000
REQUESTS = 500
PASSWORD = "long enough words here"
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
TOWNS = ["云港街道", "石湖镇", "临漾镇", "南塘街道", "双桐镇"]
SYLLABLES = "湖州南浔鲜味源丰盛泰和家乐福喜旺食品糕点粮油调味品酒坊米面豆制品水产"


def credit_code(number):
    """A 统一社会信用代码 with its check digit (GB 32100-2015)."""
    body = f"91330503MA{number:07d}"
    total = sum(CODE_LETTERS.index(letter) * weight for letter, weight in zip(body, CODE_WEIGHTS))
    return body + CODE_LETTERS[(31 - total % 31) % 31]


def roster():
    random.seed(7)
    lines = ["统一社会信用代码,企业名称,成立日期,住所,所属镇街,经营范围,主体业态,风险等级,包保级别,联系电话"]
    for number in range(ROWS):
        name = "".join(random.choice(SYLLABLES) for _ in range(8))
        lines.append(
            f"{credit_code(number)},{name}{number}食品有限公司,2020-03-01,人民路{number}号,{random.choice(TOWNS)},"
            f"糕点生产；预包装食品销售；食用农产品零售,生产,B,C,1380000{number % 10_000:04d}"
        )
    return "\n".join(lines).encode()


class Server:
    """One program on a data folder of its own, with an office that has signed in."""

    def __init__(self, program, functions):
        self.folder = tempfile.mkdtemp()
        log = open(f"{self.folder}/log", "w+")
        secrets = f"{self.folder}/secrets.toml"
        command = [program, "up", "--no-build", "--data", f"{self.folder}/data", "--secrets", secrets, "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, cwd=functions, stdout=log, stderr=log)
        self.base = self.address(log.name)
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.call("GET", "/healthz")
        token = re.search(r'setup_token\s*=\s*"([^"]+)"', open(secrets).read()).group(1)
        account = {"account": "office", "name": "office", "password": PASSWORD}
        self.call("POST", "/api/v1/setup", json.dumps(account | {"token": token}).encode())
        del account["name"]
        self.call("POST", "/api/v1/session", json.dumps(account).encode())

    def address(self, log):
        while True:
            found = re.search(r"http://127\.0\.0\.1:\d+", open(log).read())
            if found:
                return found.group(0)
            if self.process.poll() is not None:
                raise SystemExit(open(log).read())
            time.sleep(0.2)

    def call(self, method, path, body=None, kind="application/json", accept="application/json"):
        headers = {"content-type": kind, "accept": accept, "origin": self.base}
        request = urllib.request.Request(self.base + path, data=body, method=method, headers=headers)
        while True:
            try:
                with self.opener.open(request, timeout=300) as answer:
                    return answer.read()
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise SystemExit(f"{method} {path}: {error.code} {error.read()[:300]}")
                time.sleep(1)

    def processor_seconds(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def measure(program, functions, sheet):
    server = Server(program, functions)
    search = "/api/v1/enterprises?q=" + urllib.parse.quote("丰盛")
    page = "/enterprises?town=" + urllib.parse.quote("石湖镇")

    def import_sheet():
        server.call("POST", "/api/v1/enterprises/import", sheet, "text/csv")

    work = {
        f"first import of {ROWS} rows": import_sheet,
        "the same again": import_sheet,
        f"{REQUESTS} searches": lambda: [server.call("GET", search) for _ in range(REQUESTS)],
        f"{REQUESTS} list pages": lambda: [server.call("GET", page, accept="text/html") for _ in range(REQUESTS)],
    }
    taken = {}
    try:
        for name, do in work.items():
            time.sleep(0.3)
            before = server.processor_seconds()
            do()
            taken[name] = server.processor_seconds() - before
    finally:
        server.stop()
    return taken


def main():
    program, before, now, rounds = sys.argv[1:]
    program = os.path.abspath(program)
    sheet = roster()
    figures = {}
    for number in range(int(rounds)):
        pair = [("before", before), ("now", now)]
        for name, functions in pair if number % 2 == 0 else reversed(pair):
            for work, seconds in measure(program, functions, sheet).items():
                figures.setdefault(work, {}).setdefault(name, []).append(seconds)
    for work, of in figures.items():
        was, is_now = (statistics.median(of[name]) for name in ("before", "now"))
        spread = ", ".join(f"{name} {min(of[name]):.2f}–{max(of[name]):.2f}" for name in of)
        print(f"{work}: {was:.2f} s → {is_now:.2f} s, ratio {is_now / was:.2f} ({spread})")


main()
