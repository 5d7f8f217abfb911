#!/usr/bin/env bash
# Page load in Chromium: Streamlit direct, nginx in front, the gateway in front (clear, and TLS with HTTP/2); on
# loopback, and over a slow link (SlowLink: 25 ms each way and 10 Mbit/s, shared by all connections).
# Then requests per second for one cached asset, by wrk.
#   src/bench/page-load.sh [RUNS] [APP.py]      environment: STREAMLIT=command, WAR=file, DELAY_MS, BITS, and
#   DRAWN=CSS selectors of the elements that must be visible, separated by semicolons. The default app says hello world;
#   chart.py in this directory shows a table and a chart:
#   DRAWN='[data-testid=stDataFrame] canvas;[data-testid=stVegaLiteChart] .marks' src/bench/page-load.sh 5 src/bench/chart.py
# Needs: mvn -DskipTests package; Debian's chromium, nginx, wrk, openssl, curl.
set -euo pipefail
cd "$(dirname "$0")/../.."
RUNS=${1:-7}
APP=${2:-}
STREAMLIT=${STREAMLIT:-target/parts/venv/bin/streamlit}
WAR=${WAR:-target/streamlit-gateway.war}
DELAY_MS=${DELAY_MS:-25}
BITS=${BITS:-10000000}
DRAWN=${DRAWN:-[data-testid=stMarkdownContainer] p}
DIR=$(mktemp -d)
PIDS=()
UP=18511 NGINX=18512 CLEAR=18513 TLS=18514

stop() {
    for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$DIR"
}
trap stop EXIT

if [ -z "$APP" ]; then
    APP=$DIR/hello.py
    printf 'import streamlit as st\nst.write("hello world")\n' > "$APP"
fi
"$STREAMLIT" run "$APP" --server.headless true --server.address 127.0.0.1 --server.port $UP \
    --server.fileWatcherType none --browser.gatherUsageStats false > "$DIR/streamlit.log" 2>&1 &
PIDS+=($!)
cat > "$DIR/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $DIR/nginx.pid; error_log $DIR/nginx.err;
events { worker_connections 1024; }
http {
    access_log off; proxy_temp_path $DIR/p; client_body_temp_path $DIR/b; fastcgi_temp_path $DIR/f;
    uwsgi_temp_path $DIR/u; scgi_temp_path $DIR/s;
    map \$http_upgrade \$connection_upgrade { default upgrade; '' ''; }
    upstream app { server 127.0.0.1:$UP; keepalive 32; }
    server { listen $NGINX; location / {
        proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Host \$http_host;
        proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection \$connection_upgrade; } }
}
CONF
nginx -c "$DIR/nginx.conf" &
PIDS+=($!)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -keyout "$DIR/key.pem" -out "$DIR/cert.pem" 2>/dev/null
java -jar "$WAR" --proxy-port $CLEAR --streamlit-host 127.0.0.1 --streamlit-port $UP > "$DIR/clear.log" 2>&1 &
PIDS+=($!)
java -jar "$WAR" --proxy-port $TLS --streamlit-host 127.0.0.1 --streamlit-port $UP \
    --tls-certificate "$DIR/cert.pem" --tls-key "$DIR/key.pem" > "$DIR/tls.log" 2>&1 &
PIDS+=($!)
for url in http://127.0.0.1:$UP http://127.0.0.1:$NGINX http://127.0.0.1:$CLEAR https://127.0.0.1:$TLS; do
    curl -sk --retry 60 --retry-delay 1 --retry-all-errors -o /dev/null "$url/_stcore/health"
done

mvn -q -o dependency:build-classpath -Dmdep.outputFile="$DIR/classpath" > /dev/null
BENCH=src/bench/java/org/streamlitgateway/bench
java $BENCH/SlowLink.java "$DELAY_MS" "$BITS" 18611=$UP 18612=$NGINX 18613=$CLEAR 18614=$TLS &
PIDS+=($!)
load() {
    java -cp "$(cat "$DIR/classpath")" $BENCH/PageLoad.java "$RUNS" "$DRAWN" "direct=http://localhost:$1/" \
        "nginx=http://localhost:$2/" "gateway=http://localhost:$3/" "gateway, TLS and h2=https://localhost:$4/"
}
echo "### Loopback"
load $UP $NGINX $CLEAR $TLS
echo
echo "### $DELAY_MS ms each way, $BITS bit/s"
load 18611 18612 18613 18614

echo
echo "### Requests per second for one asset (wrk -t1 -c32), and CPU of the server"
BIG=$(curl -s http://127.0.0.1:$UP/ | grep -o 'static/js/index[^"]*js' | head -1)
SMALL=$(curl -s http://127.0.0.1:$UP/ | grep -o 'static/js/[^"]*js' | while read -r f; do
    echo "$(curl -s http://127.0.0.1:$UP/$f | wc -c) $f"; done | sort -n | awk '$1 > 8000 {print $2; exit}')
for file in "$SMALL" "$BIG"; do
    for server in "nginx $NGINX" "gateway $CLEAR"; do
        set -- $server
        curl -s -o /dev/null "http://127.0.0.1:$2/$file"
        wrk -t1 -c32 -d"${WRK:-5}" "http://127.0.0.1:$2/$file" > /dev/null
        printf '%-8s %-40s plain ' "$1" "$file"
        wrk -t1 -c32 -d"${WRK:-5}" "http://127.0.0.1:$2/$file" | awk '/Requests.sec/ {print $2}'
        printf '%-8s %-40s gzip  ' "$1" "$file"
        wrk -t1 -c32 -d"${WRK:-5}" -H 'Accept-Encoding: gzip' "http://127.0.0.1:$2/$file" | awk '/Requests.sec/ {print $2}'
    done
done
