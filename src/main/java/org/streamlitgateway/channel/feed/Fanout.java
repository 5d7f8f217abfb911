package org.streamlitgateway.channel.feed;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A part of a feed's subscribers, written to by one task at a time. While a pass runs, further messages gather, so that
 * the next pass writes several at once: the more there is to do, the less each message costs.
 */
final class Fanout implements Runnable {
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean running = new AtomicBoolean();
    private final Executor executor;
    private final Feed feed;
    private volatile long passed;

    Fanout(Feed feed, Executor executor) {
        this.feed = feed;
        this.executor = executor;
    }

    void add(Subscriber subscriber) {
        subscribers.add(subscriber);
    }

    boolean remove(Subscriber subscriber) {
        return subscribers.remove(subscriber);
    }

    List<Subscriber> subscribers() {
        return subscribers;
    }

    /** Number of the newest message that every subscriber here has been offered. */
    long passed() {
        return passed;
    }

    void wake() {
        woken.set(true);
        if (running.compareAndSet(false, true)) {
            executor.execute(this);
        }
    }

    @Override
    public void run() {
        do {
            while (woken.getAndSet(false)) {
                pass();
            }
            running.set(false);
        } while (woken.get() && running.compareAndSet(false, true));
    }

    private void pass() {
        long head = feed.history().head();
        for (Subscriber subscriber : subscribers) {
            subscriber.iterate();
            subscriber.closeIfBehind();
        }
        passed = head;
        feed.passed();
    }
}
