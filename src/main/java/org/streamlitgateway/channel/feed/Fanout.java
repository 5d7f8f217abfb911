package org.streamlitgateway.channel.feed;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Part of a feed's subscribers, served by one task at a time. Messages that arrive during a pass are written together in
 * the next one; the cost of a message falls as the load grows.
 */
final class Fanout implements Runnable {
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean wakeup = new AtomicBoolean();
    private final AtomicBoolean running = new AtomicBoolean();
    private final Executor executor;
    private final Feed feed;
    private volatile long offeredSeq;

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

    /** Returns the number of the newest message that every subscriber here has been offered. */
    long offeredSeq() {
        return offeredSeq;
    }

    void wake() {
        wakeup.set(true);
        if (running.compareAndSet(false, true)) {
            executor.execute(this);
        }
    }

    @Override
    public void run() {
        do {
            while (wakeup.getAndSet(false)) {
                offerToAll();
            }
            running.set(false);
        } while (wakeup.get() && running.compareAndSet(false, true));
    }

    private void offerToAll() {
        long head = feed.history().head();
        for (Subscriber subscriber : subscribers) {
            subscriber.iterate();
            subscriber.closeIfBehind();
        }
        offeredSeq = head;
        feed.resumeReading();
    }
}
