#!/usr/bin/env bash
# Measures the time and CPU time until ready of java -version, an empty Jetty, the gateway, and the gateway with class
# data sharing. They take turns; prints medians.   src/bench/start-up.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."
WAR=${WAR:-target/streamlit-gateway.war}
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java
"${JAVA}c" -cp "$WAR" -d "$DIR" src/bench/java/org/streamlitgateway/bench/EmptyJetty.java
GATEWAY=(-jar "$WAR" --proxy-host 127.0.0.1 --proxy-port 0)
"$JAVA" -XX:ArchiveClassesAtExit="$DIR/gateway.jsa" "${GATEWAY[@]}" > "$DIR/train" 2> /dev/null &
for _ in $(seq 300); do grep -q ready "$DIR/train" && break; sleep 0.1; done
kill %1 && wait %1 || true
RUNS=${1:-11} WAR=$WAR DIR=$DIR JAVA=$JAVA exec python3 - "${GATEWAY[@]}" <<'PY'
import os, statistics, subprocess, sys, time
java, dir_, gateway = os.environ["JAVA"], os.environ["DIR"], sys.argv[1:]
shared = ["-XX:SharedArchiveFile=%s/gateway.jsa" % dir_]
kinds = {
    "java -version": [java, "-version"],
    "empty Jetty": [java, "-cp", os.environ["WAR"] + ":" + dir_, "org.streamlitgateway.bench.EmptyJetty"],
    "gateway": [java, *gateway],
    "gateway, shared": [java, *shared, *gateway],
    "gateway, shared, C1": [java, *shared, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", *gateway],
}
took, cpu = {k: [] for k in kinds}, {k: [] for k in kinds}
for _ in range(int(os.environ["RUNS"])):
    for kind, command in kinds.items():
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if "version" in kind:
            process.wait()
        else:
            while b"ready" not in process.stdout.readline():
                pass
        took[kind].append((time.monotonic() - start) * 1000)
        if "version" not in kind:
            stat = open("/proc/%d/stat" % process.pid).read().rsplit(")", 1)[1].split()
            cpu[kind].append((int(stat[11]) + int(stat[12])) * 1000 / os.sysconf("SC_CLK_TCK"))
            process.kill()
            process.wait()
base = statistics.median(took["empty Jetty"])
print("| | ready after ms | CPU ms | ÷ empty Jetty |\n|---|---|---|---|")
for kind in kinds:
    m = statistics.median(took[kind])
    c = "%.0f" % statistics.median(cpu[kind]) if cpu[kind] else ""
    print("| %s | %.0f (%.0f–%.0f) | %s | %.2f |" % (kind, m, min(took[kind]), max(took[kind]), c, m / base))
PY
