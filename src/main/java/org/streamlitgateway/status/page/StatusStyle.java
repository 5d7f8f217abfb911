package org.streamlitgateway.status.page;

import org.streamlitgateway.pages.look.Look;

/** Style of the status page: one column of panels; on a narrow screen, each row of a table is a block. */
final class StatusStyle {
    static final String CSS = Look.STYLE + """
            main { max-width: 84rem; margin: 0 auto; padding: 1.2rem 1.2rem 3rem; }
            .top { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; margin-bottom: 1rem; }
            .top h1 { font-size: 1.25rem; margin-right: auto; }
            .top h1 small, h2 small, h3 small { color: var(--muted); font-weight: 400; font-size: .85rem; }
            .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .8rem; }
            .tile, section { background: var(--panel); border: 1px solid var(--line); border-radius: .7rem; }
            .tile { padding: .7rem 1rem; } .tile b { display: block; font-size: 1.5rem; line-height: 1.25; }
            .tile span, figcaption, th, dt { color: var(--muted); font-size: .8rem; }
            section { margin-top: 1rem; padding: 1rem 1.2rem; overflow-x: auto; } .tiles { margin-top: 1rem; }
            .head { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .7rem; }
            h2 { font-size: 1.1rem; } .head .actions { margin-left: auto; }
            .charts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1.2rem; margin: .8rem 0 .4rem; }
            figure { margin: 0; } figcaption b { color: var(--text); font-size: 1.05rem; margin-right: .3rem; }
            svg { display: block; width: 100%; height: 3rem; border-bottom: 1px solid var(--line); }
            polyline { fill: none; stroke: currentColor; stroke-width: 1.75; vector-effect: non-scaling-stroke;
              stroke-linejoin: round; } polygon { fill: currentColor; opacity: .13; }
            .c1 svg { color: #3b82f6; } .c2 svg { color: #10a37f; } .c3 svg { color: #e0842b; }
            table { width: 100%; border-collapse: collapse; margin-top: .6rem; font-size: .875rem; }
            th { text-align: left; font-weight: 500; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
            td { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
            tr:last-child td { border-bottom: 0; } td:last-child, th:last-child { padding-right: 0; }
            .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
            code, .id { font: .8rem ui-monospace, Menlo, Consolas, monospace; }
            .sessions td { white-space: nowrap; } .sessions td:nth-child(n+3):nth-child(-n+5) { white-space: normal;
              overflow-wrap: anywhere; min-width: 5.5rem; } .sessions td:nth-child(4) { min-width: 8rem; } .replicas td:nth-child(9) { min-width: 12rem; }
            .muted { color: var(--muted); } .trouble { color: var(--bad); }
            td.actions { text-align: right; white-space: nowrap; }
            form { display: inline; } .actions form, .actions a { margin-left: .3rem; }
            button, .button { font: inherit; font-size: .8rem; line-height: 1.3; padding: .2rem .65rem; cursor: pointer;
              border: 1px solid var(--line); border-radius: .4rem; color: var(--text); background: var(--page);
              text-decoration: none; display: inline-block; white-space: nowrap; }
            button:hover, .button:hover, button:focus-visible, .button:focus-visible { border-color: var(--accent); }
            .danger { color: #fff; background: #c92a2a; border-color: #c92a2a; }
            input[name], select { font: inherit; font-size: .85rem; padding: .25rem .5rem; border-radius: .4rem;
              border: 1px solid var(--line); color: var(--text); background: var(--page); max-width: 100%; }
            .filter { display: flex; flex-wrap: wrap; gap: .4rem; margin-left: auto; }
            .note { padding: .7rem 1.2rem; } .note.failed { border-color: var(--bad); }
            .ask form { display: block; margin-top: .6rem; } .ask label { display: block; margin: .6rem 0; }
            .ask input[name=message] { width: 100%; } .ask button, .ask .button { font-size: .95rem; margin-top: .6rem; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; margin: .6rem 0 0; }
            dd { margin: 0; } .empty { color: var(--muted); padding: .8rem 0 .2rem; }
            @media (max-width: 46rem) {
              main { padding: .8rem .7rem 2rem; } section { padding: .8rem .9rem; }
              .tiles { grid-template-columns: repeat(2, 1fr); gap: .6rem; } .charts { grid-template-columns: 1fr; gap: .6rem; }
              .filter, .head .actions { margin-left: 0; width: 100%; } .filter input, .filter select { flex: 1; min-width: 6rem; }
              .head .actions form:first-child, .head .actions a:first-child { margin-left: 0; }
              thead { display: none; } tr { display: flex; flex-wrap: wrap; gap: .05rem .9rem; padding: .55rem 0;
                border-bottom: 1px solid var(--line); } tr:last-child { border-bottom: 0; }
              td { border: 0; padding: 0; text-align: left; } td:first-child { width: 100%; font-weight: 600; }
              td.actions { width: 100%; text-align: left; padding-top: .35rem; white-space: normal; }
              td.actions > :first-child { margin-left: 0; } td:empty { display: none; }
              td.n::after { color: var(--muted); font-size: .8rem; margin-left: .25rem; }
              .sessions td:nth-child(n), .replicas td:nth-child(n) { min-width: 0; } .tile:last-child { grid-column: span 2; }
              dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
              .replicas td:nth-child(3)::after { content: "sessions"; } .replicas td:nth-child(4)::after { content: "reruns/min"; }
              .replicas td:nth-child(5)::after { content: "p50"; } .replicas td:nth-child(6)::after { content: "p95"; }
              .replicas td:nth-child(7)::after { content: "memory"; } .replicas td:nth-child(8)::after { content: "restarts"; }
              .sessions td:nth-child(7)::after { content: "ago"; } .sessions td:nth-child(8)::after { content: "reruns"; }
              .sessions td:nth-child(9)::after { content: "p95"; } .sessions td:nth-child(10)::after { content: "running"; }
              .sessions td:nth-child(11)::after { content: "received"; } .sessions td:nth-child(12)::after { content: "sent"; }
              .sessions td:nth-child(13)::after { content: "queued"; }
              .channels td:nth-child(4)::after { content: "subscribers"; } .channels td:nth-child(5)::after { content: "newest"; }
              .channels td:nth-child(6)::after { content: "behind"; } .channels td:nth-child(7)::after { content: "skipped"; }
              .channels td:nth-child(8)::after { content: "reconnects"; }
            }
            """;

    private StatusStyle() {}
}
