package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.streamlitgateway.it.config.ConfiguredGateway.app;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.config.ConfiguredGateway;

/** Channels of a gateway with several apps, configured as a mapping in its file. */
class ChannelAppsIT extends OnEveryCommandLine {
    @Test
    void channelIsAvailableToItsAppsOnly() throws IOException {
        try (FakeStreamlit sales = FakeStreamlit.start();
                FakeStreamlit staff = FakeStreamlit.start();
                FakeFeed feed = FakeFeed.start();
                FakeFeed open = FakeFeed.start()) {
            String channels = """
                    channel:
                      orders:
                        address: %s
                        apps: [/sales]
                        send: true
                        linger: 10ms
                        greeting:
                          - '{"op":"subscribe","a=b":1}'
                          - ',x=1'
                        headers:
                          Authorization: Bearer s3cret, x=1
                      news: {address: %s, apps: "*", linger: 10ms}
                    """.formatted(feed.address(), open.address());
            try (ConfiguredGateway gateway =
                    ConfiguredGateway.start(war, folder, channels, app("/sales", sales) + app("/staff", staff))) {
                URI at = gateway.uri();
                try (ChannelSocket page =
                        ChannelSocket.open(at.resolve("/sales/"), "orders").awaitOpen()) {
                    var socket = feed.socket();
                    assertEquals(
                            "{\"op\":\"subscribe\",\"a=b\":1}", socket.receive().asText());
                    assertEquals(",x=1", socket.receive().asText());
                    assertEquals("Bearer s3cret, x=1", socket.request().one("Authorization"));
                    page.send("{\"type\":\"send\",\"id\":\"1\",\"data\":1}");
                    assertEquals("1", socket.receive().asText());
                }
                ChannelSocket.open(at.resolve("/staff/"), "news").awaitOpen().close();
                try (RawWebSocket refused = RawWebSocket.dial(at, "/staff/_gateway/channels/orders")) {
                    assertEquals(404, refused.refusal().status());
                }
                String query = "?address=" + URLEncoder.encode(feed.address(), StandardCharsets.UTF_8);
                assertTrue(
                        gateway.get("/sales/_gateway/channels/" + query).text().contains("orders"));
                assertEquals(
                        "[]", gateway.get("/staff/_gateway/channels/" + query).text());
            }
        }
    }

    @Test
    void channelMustNameItsAppsWhenThereAreSeveral() throws IOException {
        String file = """
                channel:
                  orders: ws://localhost:1/
                  other: {address: "ws://localhost:1/", apps: /slaes, greeting: s3cret}
                apps:
                  /sales: {replicas: [localhost:1]}
                  /staff: {replicas: [localhost:2]}
                """;
        var yaml = folder.resolve("several.yaml");
        Files.writeString(yaml, file);
        try (var process = war.launch(List.of("--check", "--config", yaml.toString()), Map.of())) {
            process.awaitLine("apps=/sales;/staff");
            process.awaitLine("did you mean /sales?");
            assertTrue(!process.output().contains("s3cret"), process::output);
        }
    }
}
