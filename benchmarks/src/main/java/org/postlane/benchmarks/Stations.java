// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.postlane.benchmarks.frame.Closing;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.frame.UsageError;
import org.postlane.benchmarks.load.Injector;
import org.postlane.benchmarks.net.DelayProxy;
import org.postlane.benchmarks.peers.Delivery;
import org.postlane.benchmarks.peers.Exim;
import org.postlane.benchmarks.peers.James;
import org.postlane.benchmarks.peers.MailServer;
import org.postlane.benchmarks.peers.Postfix;
import org.postlane.benchmarks.peers.Relay;
import org.postlane.benchmarks.sink.Sink;
import org.postlane.benchmarks.sink.SinkSettings;
import org.postlane.testing.TestTls;

/** Everybody who takes part in one run, started in the order of {@code --with}. */
final class Stations implements AutoCloseable {
    private static final String RECIPIENT = "recipient@sink.test";
    private static final String BDAT = "postlane-bdat";
    private static final String DURABLE = "postlane-durable";
    private static final List<String> KNOWN = List.of("stock", "postlane-data", BDAT, DURABLE, "null", "postfix", "exim");

    private final List<Station> all = new ArrayList<>();
    private final Map<String, String> versions = new LinkedHashMap<>();
    private final Options options;
    private final boolean delayed;
    /** Postfix and Exim would go on for ever. */
    private final Thread atExit = new Thread(this::closeAtExit, "stop");
    private boolean closed;

    private Stations(Options options, boolean delayed) {
        this.options = options;
        this.delayed = delayed;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts them.
     *
     * @param delayed whether there is a proxy between each server and its sink
     */
    static Stations start(Options options, boolean delayed) throws IOException, InterruptedException {
        Stations stations = new Stations(options, delayed);
        try {
            for (String token : options.list("with")) {
                stations.add(token);
            }
            return stations;
        } catch (IOException | InterruptedException | RuntimeException e) {
            stations.close();
            throw e;
        }
    }

    List<Station> all() {
        return all;
    }

    /** Of the servers that take part. */
    Map<String, String> versions() {
        return versions;
    }

    /** Where that is wanted, what the servers do from now on is recorded, in a file for each beside the report. */
    void record(Publication publication) throws IOException {
        if (!options.is("jfr")) {
            return;
        }
        for (Station station : all) {
            String name = station.server().name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
            station.server().record(publication.beside("-" + name + ".jfr"));
        }
    }

    private void add(String token) throws IOException, InterruptedException {
        if (!KNOWN.contains(token)) {
            throw new UsageError("--with " + token + ": known are " + String.join(", ", KNOWN));
        }
        if (delayed && token.equals(DURABLE)) {
            throw new UsageError("--with " + DURABLE + ": its queue cannot be filled beforehand; end-to-end has it");
        }
        System.err.println("starting " + token);
        Sink sink = Sink.start(offers(token));
        DelayProxy proxy = delayed ? DelayProxy.to(sink.port()) : null;
        try {
            MailServer server = server(token, relay(proxy == null ? sink.port() : proxy.port()));
            Injector injector =
                new Injector(server.port(), options.number("injectors", 1), options.number("octets", 0), RECIPIENT);
            all.add(new Station(server, sink, proxy, injector, Duration.ofSeconds(options.number("patience", 1))));
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (proxy != null) {
                proxy.close();
            }
            sink.close();
            throw e;
        }
    }

    /** Only one Postlane is offered CHUNKING: the others use DATA anyway, or, like Exim, would be another comparison. */
    private SinkSettings offers(String token) {
        SinkSettings settings = token.equals(BDAT) ? SinkSettings.chunking() : SinkSettings.data();
        return options.is("tls") ? settings.withTls(TestTls.forHost("sink.test").serverContext()) : settings;
    }

    private MailServer server(String token, Relay relay) throws IOException, InterruptedException {
        return switch (token) {
            case "postfix" -> {
                Postfix.require();
                versions.put("Postfix", Postfix.version());
                yield Postfix.start(relay);
            }
            case "exim" -> {
                Exim.require();
                versions.put("Exim", Exim.version());
                yield Exim.start(relay);
            }
            case "stock" -> James.start("James, stock", Delivery.STOCK, relay);
            case "null" -> James.start("James, Null", Delivery.DISCARDING, relay);
            case BDAT -> James.start("James, Postlane, BDAT", Delivery.POSTLANE, relay);
            case DURABLE -> James.startDurable("James, Postlane, durable store, DATA", Delivery.POSTLANE, relay);
            default -> James.start("James, Postlane, DATA", Delivery.POSTLANE, relay);
        };
    }

    private Relay relay(int port) {
        return new Relay(port, options.number("connections", 1), options.is("tls"), Path.of(options.text("work")),
            options.is("keep"), options.pairs("set"));
    }

    private void closeAtExit() {
        try {
            closeAll();
        } catch (IOException e) {
            System.err.println("benchmarks: not everything could be stopped: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        closeAll();
    }

    private synchronized void closeAll() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        Closing.all(all);
    }
}
