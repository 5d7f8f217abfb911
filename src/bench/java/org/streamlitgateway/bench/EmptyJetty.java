package org.streamlitgateway.bench;

import org.eclipse.jetty.server.Server;

/** A Jetty that serves nothing: the baseline for the gateway's start-up time. */
public final class EmptyJetty {
    private EmptyJetty() {}

    public static void main(String[] args) throws Exception {
        Server server = new Server(0);
        server.start();
        System.out.println("ready");
        server.join();
    }
}
