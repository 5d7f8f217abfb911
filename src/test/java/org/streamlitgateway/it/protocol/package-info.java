/**
 * Every sentence about the wire, as a test on raw sockets: between {@link org.streamlitgateway.fixture.RawHttp} or
 * {@link org.streamlitgateway.fixture.RawWebSocket} and {@link org.streamlitgateway.fixture.FakeStreamlit} stands a real
 * gateway, started through each {@link org.streamlitgateway.it.Door}. With {@code -Ddoors=direct} nothing stands between,
 * which checks the fixture; tests that need a gateway are then skipped.
 */
package org.streamlitgateway.it.protocol;
