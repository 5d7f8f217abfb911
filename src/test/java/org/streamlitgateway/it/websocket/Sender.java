package org.streamlitgateway.it.websocket;

import java.io.IOException;

/** Sends on a thread of its own, since whoever does so may have to wait. */
interface Sender {
    void send() throws IOException;

    /** Sends until all is sent, or the connection is cut: which of them shows in what arrives. */
    static Thread start(Sender sender) {
        Thread thread = new Thread(
                () -> {
                    try {
                        sender.send();
                    } catch (IOException cut) {
                        // and so the thread ends
                    }
                },
                "sender");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
