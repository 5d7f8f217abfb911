package org.streamlitgateway.cache;

/** stub */
final class Brotli {
    private Brotli() {}

    static byte[] compress(byte[] plain) {
        return new byte[0];
    }
}
