package org.streamlitgateway.channel.transport;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;

/** Runs when the container ends an asynchronous request that nobody has completed. */
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
