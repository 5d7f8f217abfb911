package org.streamlitgateway.http;

import java.io.IOException;

/** The replica does not have the requested asset; another replica may have it. */
final class MissingAssetException extends IOException {
    private static final long serialVersionUID = 1;
}
