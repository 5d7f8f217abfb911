package org.streamlitgateway.bench;

import org.eclipse.jetty.server.Server;

/** A Jetty that serves nothing: what the gateway's time to start is held against. */
public final class EmptyJetty {
    private EmptyJetty() {}

    public static void main(String[] args) throws Exception {
        Server server = new Server(0);
        server.start();
        System.out.println("ready");
        server.join();
    }
}
