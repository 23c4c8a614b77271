// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;

import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.protocols.api.BaseRequest;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.DisconnectHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.netty.BasicChannelInboundHandler;
import org.apache.james.protocols.pop3.POP3Session;
import org.apache.james.util.MDCBuilder;
import org.apache.james.util.concurrent.NamedThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Greets a client, gives its lines to the {@link Conversation} of its connection, and finds the handler of a command. One for
 * each listener. Safe for use by several threads.
 */
public final class Pop3Dispatcher extends CommandDispatcher<POP3Session>
        implements ConnectHandler<POP3Session>, DisconnectHandler<POP3Session> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Pop3Dispatcher.class);
    private static final String STLS = "STLS";
    private static final Set<String> CHANGES = Set.of("DELE", "RSET", "QUIT");
    private static final Set<String> MESSAGES = Set.of("RETR", "TOP");
    private static final int IDLE_WORKER_SECONDS = 60;
    /** What commands under way get when James stops. */
    private static final int FAREWELL_SECONDS = 10;

    private final MetricFactory metrics;
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private Pop3Settings settings = new Pop3Settings();

    /** For James' injector. */
    @Inject
    public Pop3Dispatcher(MetricFactory metrics) {
        this.metrics = metrics;
        // A connection has at most one command or chunk in the queue, so that the number of connections bounds it.
        this.workers = new ThreadPoolExecutor(settings.workers(), settings.workers(), IDLE_WORKER_SECONDS, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), NamedThreadFactory.withName("pop3-worker"),
            (task, stopped) -> task.run());
        workers.allowCoreThreadTimeOut(true);
        this.timer = new ScheduledThreadPoolExecutor(1, NamedThreadFactory.withName("pop3-autologout"));
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public List<Class<?>> getMarkerInterfaces() {
        List<Class<?>> markers = new ArrayList<>(super.getMarkerInterfaces());
        markers.add(Pop3Settings.class);
        return markers;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void wireExtensions(Class wanted, List extensions) throws WiringException {
        super.wireExtensions(wanted, extensions);
        if (wanted.equals(Pop3Settings.class) && !extensions.isEmpty()) {
            if (extensions.size() > 1) {
                throw new WiringException("pop3server.xml: " + extensions.size()
                    + " handlers Pop3Settings in one handlerchain; one was expected");
            }
            settings = (Pop3Settings) extensions.get(0);
            workers.setMaximumPoolSize(Math.max(settings.workers(), workers.getCorePoolSize()));
            workers.setCorePoolSize(settings.workers());
            workers.setMaximumPoolSize(settings.workers());
        }
    }

    @Override
    protected void addToMap(String command, CommandHandler<POP3Session> handler) {
        known.add(command);
        super.addToMap(command, handler);
    }

    @Override
    public Response onConnect(POP3Session session) {
        Conversation conversation = new Conversation(session, this);
        conversations.add(conversation);
        conversation.start();
        // No <timestamp@host>: it would offer APOP (RFC 1939 7).
        return Answers.ok("POP3 server ready");
    }

    @Override
    public void onDisconnect(POP3Session session) {
        Optional.ofNullable(session).flatMap(Conversation::find).ifPresent(Conversation::disconnected);
    }

    /** Runs the command of a line; a failure that nobody foresaw is a temporary one. */
    Response answer(POP3Session session, byte[] line) {
        String command = command(line);
        String metric = known.contains(command) ? command.toLowerCase(Locale.US) : "unknown";
        MDCBuilder context = MDCBuilder.create()
            .addToContext(session.getAttachment(BasicChannelInboundHandler.MDC_ATTRIBUTE_KEY, State.Connection)
                .orElseGet(MDCBuilder::create))
            .addToContext(MDCBuilder.ACTION, metric);
        Response response = metrics.decorateSupplierWithTimerMetric("pop3-" + metric,
            () -> MDCBuilder.withMdc(context, () -> super.onLine(session, line)));
        return response == null ? Answers.error(Answers.TEMPORARY, "no answer") : response;
    }

    @Override
    protected Response dispatchCommandHandlers(POP3Session session, Request request) {
        try {
            return super.dispatchCommandHandlers(session, request);
        } catch (RuntimeException e) {
            LOGGER.error("POP3 command {} failed", request.getCommand(), e);
            return Answers.error(Answers.TEMPORARY, "internal error");
        }
    }

    /** Not James' parser, which takes a password for ASCII and cuts spaces off it. */
    @Override
    protected Request parseRequest(POP3Session session, byte[] line) {
        String text = text(line);
        int space = text.indexOf(' ');
        return new BaseRequest(command(line), space < 0 ? null : text.substring(space + 1));
    }

    private static String text(byte[] line) {
        int end = line.length;
        while (end > 0 && (line[end - 1] == '\n' || line[end - 1] == '\r')) {
            end--;
        }
        return new String(line, 0, end, UTF_8);
    }

    private static String command(byte[] line) {
        String text = text(line);
        int space = text.indexOf(' ');
        return (space < 0 ? text : text.substring(0, space)).toUpperCase(Locale.US);
    }

    boolean isStls(byte[] line) {
        return STLS.equals(command(line));
    }

    /** Whether the command of a line means something although nobody is there to hear the answer. */
    boolean changesMaildrop(byte[] line) {
        return CHANGES.contains(command(line));
    }

    /** Whether the command of a line asks for a message. */
    boolean asksForMessage(byte[] line) {
        return MESSAGES.contains(command(line));
    }

    Pop3Settings settings() {
        return settings;
    }

    void execute(Runnable task) {
        workers.execute(task);
    }

    Inactivity inactivity(Runnable whenExpired) {
        return new Inactivity(timer, settings.autologout(), whenExpired);
    }

    void forget(Conversation conversation) {
        conversations.remove(conversation);
    }

    @Override
    public void destroy() {
        timer.shutdownNow();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.warn("{} POP3 commands are still under way when James stops", workers.getActiveCount());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        conversations.forEach(Conversation::finish);
    }
}
