package org.streamlitgateway.channel.transport;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;

/** Runs a task when the container ends an asynchronous request, by time-out or error, before the gateway completes it. */
record AsyncEnd(Runnable task) implements AsyncListener {
    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}

    @Override
    public void onTimeout(AsyncEvent event) {
        task.run();
    }

    @Override
    public void onError(AsyncEvent event) {
        task.run();
    }
}
