// load: a tiny epoll WebSocket/HTTP origin and a closed-loop WebSocket load generator,
// so that the cost measured is the proxy's, not the harness's. Single thread per mode.
//   load serve PORT                         origin: GET /bytes/N, PUT|POST anything, WS echo, WS text "down N S"
//   load echo  PORT PATH CONNS SIZE SECS    closed loop echo of SIZE-byte binary messages
//   load down  PORT PATH CONNS N SIZE SECS  one small message up, N messages of SIZE bytes down, repeat
//   load idle  PORT PATH CONNS SECS         open CONNS sockets, hold, then one echo on each; counts those still open
//   load conn  PORT PATH CONCURRENCY SECS   open, echo once, close, repeat: handshakes per second
// Loopback only. Build: cc -O2 -o load load.c
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void die(const char *m)
{
    perror(m);
    exit(2);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

// --- SHA-1 and base64, for Sec-WebSocket-Accept
static uint32_t rol(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static void sha1(const uint8_t * d, size_t n, uint8_t out[20])
{
    uint32_t h[5] = { 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0 };
    uint8_t b[256] = { 0 };
    memcpy(b, d, n);
    b[n] = 0x80;
    size_t L = (n + 9 + 63) / 64 * 64;
    uint64_t bits = n * 8;

    for (int i = 0; i < 8; i++)
        b[L - 1 - i] = bits >> (8 * i);
    for (size_t o = 0; o < L; o += 64) {
        uint32_t w[80];

        for (int i = 0; i < 16; i++)
            w[i] = b[o + 4 * i] << 24 | b[o + 4 * i + 1] << 16 | b[o + 4 * i + 2] << 8 | b[o + 4 * i + 3];
        for (int i = 16; i < 80; i++)
            w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        uint32_t a = h[0], bb = h[1], c = h[2], dd = h[3], e = h[4];

        for (int i = 0; i < 80; i++) {
            uint32_t f, k;

            if (i < 20) {
                f = (bb & c) | (~bb & dd);
                k = 0x5A827999;
            } else if (i < 40) {
                f = bb ^ c ^ dd;
                k = 0x6ED9EBA1;
            } else if (i < 60) {
                f = (bb & c) | (bb & dd) | (c & dd);
                k = 0x8F1BBCDC;
            } else {
                f = bb ^ c ^ dd;
                k = 0xCA62C1D6;
            }
            uint32_t t = rol(a, 5) + f + e + k + w[i];

            e = dd;
            dd = c;
            c = rol(bb, 30);
            bb = a;
            a = t;
        }
        h[0] += a;
        h[1] += bb;
        h[2] += c;
        h[3] += dd;
        h[4] += e;
    }
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 4; j++)
            out[4 * i + j] = h[i] >> (24 - 8 * j);
}

static void b64(const uint8_t * in, int n, char *o)
{
    const char *t = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (int i = 0; i < n; i += 3) {
        uint32_t v = in[i] << 16 | (i + 1 < n ? in[i + 1] : 0) << 8 | (i + 2 < n ? in[i + 2] : 0);

        *o++ = t[v >> 18];
        *o++ = t[v >> 12 & 63];
        *o++ = i + 1 < n ? t[v >> 6 & 63] : '=';
        *o++ = i + 2 < n ? t[v & 63] : '=';
    } *o = 0;
}

// --- a connection with growable in/out buffers
typedef struct {
    int fd, state, op;
    int64_t drain;
    char *in;
    size_t ni, ci;
    char *out;
    size_t no, co, sent;
    double t0;
    long left;
    int want;
} C;
enum { HTTP, WS, CONNECTING, SHAKE, DEAD };
static int ep;
static void arm(C * c)
{
    int w = c->no > c->sent || c->state == CONNECTING;

    if (w == c->want)
        return;
    c->want = w;
    struct epoll_event e = { EPOLLIN | (w ? EPOLLOUT : 0), {.ptr = c } };
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}

static void put(C * c, const void *d, size_t n)
{
    if (c->no + n > c->co) {
        if (c->sent) {
            memmove(c->out, c->out + c->sent, c->no - c->sent);
            c->no -= c->sent;
            c->sent = 0;
        }
        if (c->no + n > c->co) {
            c->co = (c->no + n) * 2;
            c->out = realloc(c->out, c->co);
        }
    }
    memcpy(c->out + c->no, d, n);
    c->no += n;
}

static int flush(C * c)
{
    while (c->sent < c->no) {
        ssize_t r = send(c->fd, c->out + c->sent, c->no - c->sent, MSG_NOSIGNAL);

        if (r < 0) {
            if (errno == EAGAIN)
                break;
            return -1;
        }
        c->sent += r;
    }
    if (c->sent == c->no)
        c->sent = c->no = 0;
    return 0;
}

static int fin_out = 0x80;      // the origin echoes a fragment as a fragment
static void frame(C * c, int op, const void *d, size_t n, int mask)
{
    uint8_t h[14];
    int k = 2;

    h[0] = (op < 8 ? fin_out : 0x80) | op;
    int mb = mask ? 0x80 : 0;

    if (n < 126)
        h[1] = mb | n;
    else if (n < 65536) {
        h[1] = mb | 126;
        h[2] = n >> 8;
        h[3] = n;
        k = 4;
    } else {
        h[1] = mb | 127;
        for (int i = 0; i < 8; i++)
            h[2 + i] = (uint64_t) n >> (56 - 8 * i);
        k = 10;
    }
    if (!mask) {
        put(c, h, k);
        put(c, d, n);
        return;
    }
    uint8_t key[4] = { 0x12, 0x9b, 0x47, 0xe5 };
    memcpy(h + k, key, 4);
    k += 4;
    put(c, h, k);
    size_t at = c->no;

    put(c, d, n);
    uint8_t *p = (uint8_t *) c->out + at;

    for (size_t i = 0; i < n; i++)
        p[i] ^= key[i & 3];
}

// reads all available bytes; returns -1 at the end or on error
static int fill(C * c)
{
    for (;;) {
        if (c->ni + 65536 > c->ci) {
            c->ci = (c->ni + 65536) * 2;
            c->in = realloc(c->in, c->ci);
        }
        ssize_t r = recv(c->fd, c->in + c->ni, 65536, 0);

        if (r > 0) {
            c->ni += r;
            if (r < 65536)
                return 0;
            if (c->ni > (8u << 20))
                return 0;
            continue;
        }
        if (r < 0 && errno == EAGAIN)
            return 0;
        return -1;
    }
}

static void eat(C * c, size_t n)
{
    c->ni -= n;
    memmove(c->in, c->in + n, c->ni);
}

// parses one frame at offset *o; returns 1 with its header fields, 0 if it is incomplete
static int next(C * c, size_t o, int *op, int *fin, uint8_t ** pl, size_t *n, size_t *used)
{
    uint8_t *p = (uint8_t *) c->in + o;
    size_t a = c->ni - o;

    if (a < 2)
        return 0;
    *fin = p[0] >> 7;
    *op = p[0] & 15;
    int m = p[1] >> 7;
    uint64_t L = p[1] & 127;
    size_t h = 2;

    if (L == 126) {
        if (a < 4)
            return 0;
        L = p[2] << 8 | p[3];
        h = 4;
    } else if (L == 127) {
        if (a < 10)
            return 0;
        L = 0;
        for (int i = 0; i < 8; i++)
            L = L << 8 | p[2 + i];
        h = 10;
    }
    if (m)
        h += 4;
    if (a < h + L)
        return 0;
    *pl = p + h;
    *n = L;
    *used = h + L;
    if (m) {
        uint8_t *k = p + h - 4;

        for (size_t i = 0; i < L; i++)
            p[h + i] ^= k[i & 3];
    }
    return 1;
}

// --- origin
static char zeros[1 << 20];
static void respond(C * c, const char *req)
{
    char m[16], path[2048];

    if (sscanf(req, "%15s %2047s", m, path) != 2) {
        c->state = DEAD;
        return;
    }
    char *k = strcasestr(req, "\r\nSec-WebSocket-Key:");

    if (k) {
        char key[128];

        sscanf(k + 20, " %64s", key);
        strcat(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
        uint8_t d[20];
        char a[64];

        sha1((uint8_t *) key, strlen(key), d);
        b64(d, 20, a);
        char sp[128] = "", *s = strcasestr(req, "\r\nSec-WebSocket-Protocol:");

        if (s) {
            char v[64] = "";

            sscanf(s + 25, " %63[^,\r\n]", v);
            snprintf(sp, sizeof sp, "Sec-WebSocket-Protocol: %s\r\n", v);
        }
        char b[512];
        int n =
            snprintf(b, sizeof b,
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                     a, sp);
        put(c, b, n);
        c->state = WS;
        return;
    }
    char *cl = strcasestr(req, "\r\nContent-Length:");

    if (cl)
        c->drain = atoll(cl + 17);
    long n = 2;

    if (!strncmp(path, "/bytes/", 7))
        n = atol(path + 7);
    char b[256];
    int h =
        snprintf(b, sizeof b,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %ld\r\n\r\n",
                 n);
    put(c, b, h);
    if (strcmp(m, "HEAD"))
        while (n > 0) {
            size_t k2 = n > (long) sizeof zeros ? sizeof zeros : (size_t) n;

            put(c, zeros, k2);
            n -= k2;
        }
}

static void origin(C * c)
{
    for (;;) {
        if (c->state == HTTP) {
            if (c->drain) {
                size_t k = c->drain < (int64_t) c->ni ? (size_t) c->drain : c->ni;

                eat(c, k);
                c->drain -= k;
                if (c->drain)
                    return;
            }
            if (!c->ni)
                return;
            c->in[c->ni] = 0;
            char *e = memmem(c->in, c->ni, "\r\n\r\n", 4);

            if (!e)
                return;
            e[2] = 0;
            size_t n = e + 4 - c->in;

            respond(c, c->in);
            eat(c, n);
            if (c->state == DEAD)
                return;
        } else {
            size_t o = 0, n, u;
            int op, fin;
            uint8_t *p;
            long N, S;

            while (next(c, o, &op, &fin, &p, &n, &u)) {
                o += u;
                if (op == 8) {
                    frame(c, 8, p, n, 0);
                    flush(c);
                    c->state = DEAD;
                    break;
                }
                if (op == 9)
                    frame(c, 10, p, n, 0);
                else if (op == 10) {
                } else {
                    char t[64] = "";

                    memcpy(t, p, n < 63 ? n : 63);
                    if (n < 64 && sscanf(t, "down %ld %ld", &N, &S) == 2) {
                        char *z = calloc(1, S);

                        while (N-- > 0)
                            frame(c, 2, z, S, 0);
                        free(z);
                    } else {
                        fin_out = fin ? 0x80 : 0;
                        frame(c, op, p, n, 0);
                        fin_out = 0x80;
                    }
                }
            }
            eat(c, o);
            return;
        }
    }
}

static void serve(int port)
{
    int l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), y = 1;

    setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &y, 4);
    struct sockaddr_in a = { AF_INET, htons(port), { htonl(INADDR_LOOPBACK) }, { 0 } };
    if (bind(l, (void *) &a, sizeof a) || listen(l, 4096))
        die("listen");
    struct epoll_event e = { EPOLLIN, {.ptr = NULL } }, ev[512];
    epoll_ctl(ep, EPOLL_CTL_ADD, l, &e);
    for (;;) {
        int n = epoll_wait(ep, ev, 512, -1);

        for (int i = 0; i < n; i++) {
            C *c = ev[i].data.ptr;

            if (!c) {
                int f;

                while ((f = accept4(l, 0, 0, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(f, IPPROTO_TCP, TCP_NODELAY, &y, 4);
                    c = calloc(1, sizeof *c);
                    c->fd = f;
                    struct epoll_event e2 = { EPOLLIN, {.ptr = c } };
                    epoll_ctl(ep, EPOLL_CTL_ADD, f, &e2);
                } continue;
            }
            int bad = 0;

            if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
                bad = fill(c);
                origin(c);
            }
            if (flush(c))
                bad = -1;
            if (bad || c->state == DEAD) {
                close(c->fd);
                free(c->in);
                free(c->out);
                free(c);
            } else {
                if (!c->ni && c->ci > 131072) {
                    free(c->in);
                    c->in = 0;
                    c->ci = 0;
                }
                arm(c);
            }
        }
    }
}

// --- load
static int port;
static const char *path;
static char *mode;
static long size, ndown, done, failed, shook;
static double *lat;
static size_t nlat, clat;
static int stopping;
static char *payload;
static long hist_open;
static void rec(double d)
{
    if (nlat == clat) {
        clat = clat ? clat * 2 : 1 << 16;
        lat = realloc(lat, clat * sizeof *lat);
    }
    lat[nlat++] = d;
}

static void open_one(C * c)
{
    free(c->in);
    free(c->out);
    memset(c, 0, sizeof *c);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0)
        die("socket");
    int y = 1;

    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &y, 4);
    static unsigned seq;
    struct sockaddr_in src = { AF_INET, 0, { htonl(INADDR_LOOPBACK + 1 + (seq++ / 20000) % 100) }, { 0 } };
    int later = 1;

    // lets connect choose the port, as it knows the remote end: bind would need a port that is free for all of them
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &later, sizeof later);
    bind(c->fd, (void *) &src, sizeof src);
    struct sockaddr_in a = { AF_INET, htons(port), { htonl(INADDR_LOOPBACK) }, { 0 } };
    c->state = CONNECTING;
    c->t0 = now();
    if (connect(c->fd, (void *) &a, sizeof a) && errno != EINPROGRESS)
        die("connect");
    c->want = 1;
    struct epoll_event e = { EPOLLIN | EPOLLOUT, {.ptr = c } };
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}

static void kick(C * c)
{
    c->t0 = now();
    if (*mode == 'd') {
        char b[64];
        int n = snprintf(b, 64, "down %ld %ld", ndown, size);

        frame(c, 1, b, n, 1);
        c->left = ndown;
    } else {
        frame(c, 2, payload, size, 1);
        c->left = 1;
    }
}

static int cmp(const void *a, const void *b)
{
    double x = *(double *) a, y = *(double *) b;

    return x < y ? -1 : x > y;
}

static int step(C * c, uint32_t ev)
{
    if (c->state == CONNECTING) {
        int er = 0;
        socklen_t l = 4;

        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &er, &l);
        if (er)
            return -1;
        if (!(ev & EPOLLOUT))
            return 0;
        c->state = SHAKE;
        char b[1024];
        int n =
            snprintf(b, sizeof b,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: streamlit, xsrf\r\n\r\n",
                     path, port, port);
        put(c, b, n);
        if (flush(c))
            return -1;
    }
    if (ev & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        int r = fill(c);

        if (c->state == SHAKE && c->ni) {
            char *e = memmem(c->in, c->ni, "\r\n\r\n", 4);

            if (e) {
                if (strncmp(c->in, "HTTP/1.1 101", 12)) {
                    static int said;

                    if (!said++)
                        fprintf(stderr, "refused: %.60s\n", c->in);
                    return -1;
                }
                eat(c, e + 4 - c->in);
                c->state = WS;
                shook++;
                if (*mode == 'i') {
                    c->left = -1;
                } else
                    kick(c);
            }
        }
        if (c->state == WS) {
            size_t o = 0, n, u;
            int op, fin;
            uint8_t *p;

            while (next(c, o, &op, &fin, &p, &n, &u)) {
                o += u;
                if (op == 8)
                    return -1;
                if (op == 9) {
                    frame(c, 10, p, n, 1);
                    continue;
                }
                if (op == 10)
                    continue;
                if (!fin)
                    continue;
                if (c->left > 0 && --c->left == 0) {
                    rec(now() - c->t0);
                    done++;
                    if (*mode == 'c') {
                        eat(c, o);
                        uint8_t cl[2] = { 3, 232 };
                        frame(c, 8, cl, 2, 1);
                        flush(c);
                        return -2;
                    }
                    if (*mode != 'i' && !stopping)
                        kick(c);
                }
            }
            eat(c, o);
            if (!c->ni && c->ci > 1 << 20) {
                free(c->in);
                c->in = 0;
                c->ci = 0;
            }
        }
        if (r)
            return -1;
    }
    return flush(c);
}

int main(int ac, char **av)
{
    signal(SIGPIPE, SIG_IGN);
    struct rlimit rl = { 1 << 20, 1 << 20 };
    if (setrlimit(RLIMIT_NOFILE, &rl)) {
        getrlimit(RLIMIT_NOFILE, &rl);
        rl.rlim_cur = rl.rlim_max;
        setrlimit(RLIMIT_NOFILE, &rl);
    }
    ep = epoll_create1(0);
    if (ac >= 3 && !strcmp(av[1], "serve"))
        serve(atoi(av[2]));
    if (ac < 6) {
        fprintf(stderr, "usage: see the head of load.c\n");
        return 2;
    }
    mode = av[1];
    port = atoi(av[2]);
    path = av[3];
    int conns = atoi(av[4]);
    double secs;

    if (*mode == 'e') {
        size = atol(av[5]);
        secs = atof(av[6]);
    } else if (*mode == 'd') {
        ndown = atol(av[5]);
        size = atol(av[6]);
        secs = atof(av[7]);
    } else {
        size = 32;
        secs = atof(av[5]);
    }
    payload = malloc(size + 1);
    for (long i = 0; i < size; i++)
        payload[i] = 'a' + i * 7 % 26;
    C *cs = calloc(conns, sizeof *cs);
    struct epoll_event ev[512];
    int opened = 0, inflight_limit = 200;
    double t = now(), tready = 0, tstop = 0;
    long base = 0, alive = conns;
    int phase = 0;

    while (1) {
        while (opened < conns && opened - shook - failed < inflight_limit) {
            open_one(&cs[opened++]);
        }
        int n = epoll_wait(ep, ev, 512, 20);

        for (int i = 0; i < n; i++) {
            C *c = ev[i].data.ptr;

            if (c->state == DEAD)
                continue;
            int r = step(c, ev[i].events);

            if (r == -2) {
                close(c->fd);
                if (!stopping) {
                    open_one(c);
                } else {
                    c->state = DEAD;
                }
            } else if (r) {
                close(c->fd);
                c->state = DEAD;
                failed++;
                alive--;
                if (*mode == 'c' && !stopping) {
                    open_one(c);
                    alive++;
                }
            } else
                arm(c);
        }
        double nowt = now();

        if (!tready && (shook + failed >= conns || (*mode == 'c'))) {
            tready = nowt;
            base = done;
            nlat = 0;
        }
        if (!tready && nowt - t > 60) {
            fprintf(stderr, "gave up opening: %ld of %d\n", shook, conns);
            tready = nowt;
        }
        if (tready && phase == 0 && nowt - tready >= secs) {
            tstop = nowt;
            stopping = 1;
            phase = 1;
            if (*mode == 'i') {
                hist_open = alive;
                printf("held %ld of %d for %.0f s (%ld failed)\n", alive, conns, secs, failed);
                nlat = 0;
                for (int i = 0; i < conns; i++)
                    if (cs[i].state == WS) {
                        kick(&cs[i]);
                        flush(&cs[i]);
                        arm(&cs[i]);
                    }
                base = done;
            } else
                break;
        }
        if (phase == 1 && (done - base >= alive || nowt - tstop > 15))
            break;
    }
    qsort(lat, nlat, sizeof *lat, cmp);
    double el = (*mode == 'i') ? now() - tstop : tstop - tready;
    long k = done - base;
    long msgs = *mode == 'd' ? k * ndown : k;

    printf
        ("mode=%s conns=%d size=%ld ops=%ld ops_per_s=%.0f msgs_per_s=%.0f p50_us=%.0f p99_us=%.0f failed=%ld MB_per_s=%.1f open_s=%.2f\n",
         mode, conns, size, k, k / el, msgs / el, nlat ? lat[nlat / 2] * 1e6 : 0,
         nlat ? lat[(size_t) (nlat * .99)] * 1e6 : 0, failed, msgs * (double) size / el / 1e6, tready - t);
    return 0;
}
