package org.streamlitgateway.http;

import java.io.IOException;

/** A replica has not the asset that is asked for; another one may. */
final class MissingAssetException extends IOException {
    private static final long serialVersionUID = 1;
}
