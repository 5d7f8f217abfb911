package org.streamlitgateway.it.websocket;

import java.io.IOException;

/** Sends on a separate thread, as sending may block. */
interface Sender {
    void send() throws IOException;

    /** Sends until everything is sent or the connection breaks. The test tells the two apart by the received bytes. */
    static Thread start(Sender sender) {
        Thread thread = new Thread(
                () -> {
                    try {
                        sender.send();
                    } catch (IOException e) {
                        // ends the thread
                    }
                },
                "sender");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
