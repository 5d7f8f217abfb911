package org.streamlitgateway.process;

import java.util.List;
import java.util.function.Supplier;

/**
 * What the processes of an app are told of the gateway.
 *
 * @param basePath path under which Streamlit is addressed: empty, or as {@code /a/b}
 * @param trusted addresses whose X-Forwarded-For Streamlit may believe, besides the gateway's own
 * @param cookieSecret what signs Streamlit's cookies, unless the app has a secret of its own; asked for at each start
 */
public record LaunchContext(String basePath, List<String> trusted, Supplier<String> cookieSecret) {}
