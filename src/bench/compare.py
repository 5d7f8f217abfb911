#!/usr/bin/env python3
"""Compares the cost of the gateway, nginx, HAProxy and Caddy for the same work.

Figures per work and proxy: operations per second, CPU microseconds of the proxy's whole process tree per operation
(steadier than time on a shared machine), the 99th percentile of the latency, and for idle sessions the memory (PSS) per
session. All proxies run at the same time and are measured in turn, so that ratios come from one run. The JVM is first
warmed up with every kind of work that is measured.

usage: compare.py LOAD WAR DIRECTORY      LOAD is the compiled load.c; results.md and results.json go to DIRECTORY
environment: SECONDS_EACH (5), ROUNDS (3), WARM_SECONDS (15), WORKS, PROXIES (comma lists), JAVA (java), JAVA_OPTS,
             IDLE (3000)
Jetty and Tomcat are measured too if the tests have unpacked them under target/parts.
Loopback only. As root on Debian, missing proxies are installed.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

LOAD, WAR, OUT = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
SECONDS = os.environ.get("SECONDS_EACH", "5")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
WARM = os.environ.get("WARM_SECONDS", "15")
IDLE = int(os.environ.get("IDLE", "3000"))
JAVA = os.environ.get("JAVA", "java")
JAVA_OPTS = os.environ.get("JAVA_OPTS", "").split()
UPSTREAM, FIRST_PORT = 18801, 18811
TICKS = os.sysconf("SC_CLK_TCK")
PATH = "/_stcore/stream"

# name: (what it is, arguments of the load generator); wrk for plain HTTP
WORKS = {
    "idle": (f"{IDLE} idle sessions", ["idle", "{port}", PATH, str(IDLE), "3"]),
    "echo100": ("echo, 100 bytes, 50 sessions", ["echo", "{port}", PATH, "50", "100", "{seconds}"]),
    "echo1k-one": ("echo, 1 KB, 1 session", ["echo", "{port}", PATH, "1", "1000", "{seconds}"]),
    "echo10k": ("echo, 10 KB, 50 sessions", ["echo", "{port}", PATH, "50", "10000", "{seconds}"]),
    "rerun": ("rerun: 1 up, 8 of 1 KB down, 50 sessions", ["down", "{port}", PATH, "50", "8", "1000", "{seconds}"]),
    "rerun1000": ("the same, 1000 sessions", ["down", "{port}", PATH, "1000", "8", "1000", "{seconds}"]),
    "bulk8M": ("8 MB down, 2 sessions", ["down", "{port}", PATH, "2", "1", "8000000", "{seconds}"]),
    "http500": ("HTTP, 500 bytes, 32 connections", ["wrk", "/bytes/500"]),
    "http500k": ("HTTP, 500 KB, 32 connections", ["wrk", "/bytes/500000"]),
    "connect": ("new sessions, each with one echo", ["conn", "{port}", PATH, "20", "{seconds}"]),
}

NGINX = """worker_processes 2; worker_rlimit_nofile 20000; pid {d}/pid; error_log {d}/err; daemon off; user root;
events {{ worker_connections 9900; }}
http {{ access_log off; client_body_temp_path {d}; proxy_temp_path {d}; fastcgi_temp_path {d}; uwsgi_temp_path {d};
 scgi_temp_path {d}; client_max_body_size 0;
 map $http_upgrade $connection_header {{ default upgrade; '' ''; }}
 upstream app {{ server 127.0.0.1:{up}; keepalive 256; }}
 server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ proxy_pass http://app; proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_header;
  proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_read_timeout 3600; }} }} }}
"""
HAPROXY = """global
 maxconn 9500
 nbthread 2
defaults
 mode http
 timeout connect 5s
 timeout client 1h
 timeout server 1h
 timeout tunnel 1h
 option forwardfor
frontend f
 bind 127.0.0.1:{port} backlog 4096
 default_backend b
backend b
 server s 127.0.0.1:{up} maxconn 9500
"""
CADDY = """{{
 admin off
 auto_https off
}}
http://127.0.0.1:{port} {{
 reverse_proxy 127.0.0.1:{up}
}}
"""


def gateway(*more):
    return lambda d, port: [JAVA, *JAVA_OPTS, "-jar", WAR, "--streamlit-host", "127.0.0.1", "--streamlit-port",
                            str(UPSTREAM), "--proxy-host", "127.0.0.1", "--proxy-port", str(port), *more]


def configured(text, name, command):
    def start(d, port):
        (d / name).write_text(text.format(d=d, port=port, up=UPSTREAM))
        return [word.format(d=d) for word in command]
    return start


def tomcat(relay):
    """Starts the WAR in the Tomcat that the tests have unpacked, configured as in src/tomcat."""
    def start(d, port):
        base = d.absolute() / "base"
        shutil.copytree(TOMCAT / "conf", base / "conf", dirs_exist_ok=True)
        server = (base / "conf/server.xml").read_text()
        connector = re.sub(r"<!--.*?-->", "", pathlib.Path("src/tomcat/connector.xml").read_text(), flags=re.S)
        connector = connector.replace('port="8500"', f'address="127.0.0.1" port="{port}" maxConnections="20000"')
        server = re.sub(r'<Connector port="8080".*?/>', lambda _: connector, server, count=1, flags=re.S)
        (base / "conf/server.xml").write_text(server.replace('<Server port="8005"', '<Server port="-1"'))
        context = pathlib.Path("src/tomcat/streamlit-gateway.xml").read_text()
        context = context.replace("/opt/streamlit-gateway/streamlit-gateway.war", str(pathlib.Path(WAR).absolute()))
        context = context.replace('"8501"', f'"{UPSTREAM}"').replace('"localhost"', '"127.0.0.1"')
        for folder in "conf/Catalina/localhost", "logs", "temp", "webapps", "work":
            (base / folder).mkdir(parents=True, exist_ok=True)
        (base / "conf/Catalina/localhost/ROOT.xml").write_text(context)
        return ["env", f"CATALINA_HOME={TOMCAT.absolute()}", f"CATALINA_BASE={base}",
                f"CATALINA_OPTS={' '.join(JAVA_OPTS)} -Dstreamlit-gateway.relay={relay}",
                "sh", str(TOMCAT / "bin/catalina.sh"), "run"]
    return start


def jetty(relay):
    """Starts the WAR in the Jetty that the tests have unpacked, with the project's jetty-base."""
    def start(d, port):
        base = d.absolute() / "base"
        shutil.copytree("jetty-base", base, dirs_exist_ok=True)
        return [JAVA, *JAVA_OPTS, f"-Dstreamlit-gateway.relay={relay}", "-jar", str(JETTY.absolute() / "start.jar"),
                f"jetty.base={base}", "jetty.http.host=127.0.0.1", f"jetty.http.port={port}",
                "streamlit-gateway.streamlit-host=127.0.0.1", f"streamlit-gateway.streamlit-port={UPSTREAM}",
                f"streamlit-gateway.war={pathlib.Path(WAR).absolute()}"]
    return start


JETTY = next(iter(sorted(pathlib.Path("target/parts").glob("jetty-home-12.1*"))), None)
TOMCAT = next(iter(sorted(pathlib.Path("target/parts").glob("apache-tomcat-11*"))), None)
PROXIES = {
    "nginx": configured(NGINX, "nginx.conf", ["nginx", "-c", "{d}/nginx.conf", "-p", "{d}"]),
    "haproxy": configured(HAPROXY, "haproxy.cfg", ["haproxy", "-f", "{d}/haproxy.cfg", "-db"]),
    "caddy": configured(CADDY, "Caddyfile", ["caddy", "run", "--config", "{d}/Caddyfile", "--adapter", "caddyfile"]),
    "splice": gateway("--relay", "splice"),
    "bridge": gateway("--relay", "bridge"),
}
if JETTY:
    PROXIES |= {"jetty": jetty("splice"), "jetty-bridge": jetty("bridge")}
if TOMCAT:
    PROXIES |= {"tomcat": tomcat("splice"), "tomcat-bridge": tomcat("bridge")}
OURS = ("splice", "bridge", "jetty", "jetty-bridge", "tomcat", "tomcat-bridge")


def chosen(everything, variable):
    names = os.environ.get(variable)
    return {k: v for k, v in everything.items() if not names or k in names.split(",")}


def install(names):
    """Stops the services that Debian starts on installation."""
    missing = [n for n in names if not shutil.which(n)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], check=False,
                       stdout=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        for name in missing:
            subprocess.run(["service", name, "stop"], check=False, stderr=subprocess.DEVNULL)
    return {n for n in names if shutil.which(n)}


def tree(root):
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parent = int(open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(entry))
            except OSError:
                pass
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu(root):
    total = 0
    for pid in tree(root):
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICKS


def memory(root):
    """Returns KB, with shared pages counted proportionally (PSS)."""
    total = 0
    for pid in tree(root):
        try:
            total += int(re.search(r"Pss:\s+(\d+)", open(f"/proc/{pid}/smaps_rollup").read()).group(1))
        except (OSError, AttributeError):
            pass
    return total


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as s:
            s.sendall(b"GET /bytes/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return b" 200" in s.recv(64)
    except OSError:
        return False


class Proxy:
    def __init__(self, name, command, port):
        self.name, self.port = name, port
        directory = OUT / name
        directory.mkdir(parents=True, exist_ok=True)
        log = open(directory / "log", "w")
        begin = time.time()
        self.process = subprocess.Popen(command(directory, port), stdout=log, stderr=log, start_new_session=True,
                                        env={**os.environ, "XDG_DATA_HOME": str(directory),
                                             "XDG_CONFIG_HOME": str(directory)})
        while not answers(port):
            if time.time() - begin > 60 or self.process.poll() is not None:
                sys.exit(f"{name} did not start, see {directory}/log")
            time.sleep(0.02)
        print(f"# {name}: first answer after {time.time() - begin:.2f} s", flush=True)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()

    def run(self, arguments, seconds):
        """Returns (operations per second or bytes per session, CPU microseconds per operation, p99 in ms, failures)"""
        before, held = cpu(self.process.pid), memory(self.process.pid)
        if arguments[0] == "wrk":
            out = subprocess.run(["wrk", "-t1", "-c32", f"-d{seconds}s", "--latency",
                                  f"http://127.0.0.1:{self.port}{arguments[1]}"], capture_output=True, text=True,
                                 timeout=180, check=True).stdout
            rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
            count = int(re.search(r"(\d+) requests in", out).group(1))
            p99 = re.search(r"99%\s+([\d.]+)(\w+)", out)
            p99 = float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]
            failed = 1 if "Socket errors" in out or "Non-2xx" in out else 0
        else:
            command = [LOAD] + [a.format(port=self.port, seconds=seconds) for a in arguments]
            load = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            most = held
            while arguments[0] == "idle" and load.poll() is None:
                most = max(most, memory(self.process.pid))
                time.sleep(0.3)
            out = load.communicate(timeout=180)[0]
            if arguments[0] == "idle":
                kept = int(re.search(r"held (\d+)", out).group(1))
                return (most - held) / IDLE, (cpu(self.process.pid) - before) / IDLE * 1e6, 0, IDLE - kept
            rate = float(re.search(r"ops_per_s=(\d+)", out).group(1))
            count = int(re.search(r" ops=(\d+)", out).group(1))
            p99 = float(re.search(r"p99_us=(\d+)", out).group(1)) / 1000
            failed = int(re.search(r"failed=(\d+)", out).group(1))
        return rate, (cpu(self.process.pid) - before) / max(count, 1) * 1e6, p99, failed


def table(results):
    lines = []
    for work, rows in results.items():
        lines += [f"### {WORKS[work][0]}", ""]
        unit = "KB per session" if work == "idle" else "per second"
        lines += [f"| | {unit} | CPU µs each | of nginx's | p99 ms | failed |", "|---|---:|---:|---:|---:|---:|"]
        yardstick = rows.get("nginx", next(iter(rows.values())))[1]
        for name, (rate, each, p99, failed) in rows.items():
            shown = f"{rate:.1f}" if work == "idle" else f"{rate:.0f}"
            lines.append(f"| {name} | {shown} | {each:.1f} | {each / yardstick:.2f} | {p99:.1f} | {failed:.0f} |")
        lines.append("")
    return "\n".join(lines)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    works, wanted = chosen(WORKS, "WORKS"), chosen(PROXIES, "PROXIES")
    there = install(["nginx", "haproxy", "caddy", "wrk"])
    wanted = {n: c for n, c in wanted.items() if n in there or n in OURS}
    if "wrk" not in there:
        works = {n: w for n, w in works.items() if w[1][0] != "wrk"}
    origin = subprocess.Popen([LOAD, "serve", str(UPSTREAM)])
    proxies, results = [], {}
    try:
        time.sleep(0.3)
        for i, (name, command) in enumerate(wanted.items()):
            proxies.append(Proxy(name, command, FIRST_PORT + i))
        for work, (_, arguments) in works.items():
            once = arguments[0] == "idle"
            seen = {p.name: [] for p in proxies}
            if not once:
                for p in proxies:
                    p.run(arguments, WARM if p.name in OURS else "1")
            for _ in range(1 if once else ROUNDS):
                for p in proxies:
                    seen[p.name].append(p.run(arguments, SECONDS))
            results[work] = {n: [statistics.median(v[i] for v in vs) for i in range(4)] for n, vs in seen.items()}
            row = "  ".join(f"{n} {v[0]:.0f} cpu {v[1]:.1f} p99 {v[2]:.1f}" for n, v in results[work].items())
            print(f"{work:10s} {row}", flush=True)
    finally:
        for p in proxies:
            p.stop()
        origin.terminate()
    (OUT / "results.json").write_text(json.dumps(results, indent=1))
    (OUT / "results.md").write_text(table(results))


main()
