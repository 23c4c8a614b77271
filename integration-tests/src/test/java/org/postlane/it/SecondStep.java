// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The second step of docs/install.md, which is prose, carried out on the files of a James on which the first was. */
final class SecondStep {
    /** The domain that this James passes mail on for. */
    static final String RELAY_DOMAIN = "relay.test";
    private static final List<String> TAKEN = List.of("lanes", "virtual", "resolved", "external", "outside");
    private static final Pattern OURS =
        Pattern.compile("(?s)<mailet match=\"All\" class=\"org.postlane.mailet.PooledRemoteDelivery\">(.*?)</mailet>");
    /** Those that the document names for relayed mail, and the gateway. */
    private static final Pattern FOR_RELAY =
        Pattern.compile("<(gateway|delayTime|maxRetries|bounceProcessor)>[^<]*</\\1>");

    private SecondStep() {
    }

    static void follow(Path conf) throws IOException {
        Path file = conf.resolve("mailetcontainer.xml");
        String own = Files.readString(file);
        String example = Files.readString(Path.of(System.getProperty("postlane.root"), "conf", "mailetcontainer.xml"));
        String settings = first(OURS, own).group(1);
        String forRelay = FOR_RELAY.matcher(settings).results().map(found -> found.group()).collect(Collectors.joining());

        String relay = with(forRelay, processor(example, "relay"), "outgoing-relay");
        String taken = TAKEN.stream().map(state -> processor(example, state)).collect(Collectors.joining("\n"))
            .replaceFirst("<relayDomains>[^<]*<", "<relayDomains>" + RELAY_DOMAIN + "<");
        own = own.replace(processor(own, "relay"), relay + "\n" + with(settings, taken, "outgoing"));
        String transport = processor(own, "transport");
        int rewriting = transport.indexOf("<mailet match=\"All\" class=\"RecipientRewriteTable\">");
        own = own.replace(transport, transport.substring(0, rewriting)
            + "<mailet match=\"All\" class=\"ToProcessor\"><processor>lanes</processor></mailet></processor>");
        Files.writeString(file, own);

        Path listeners = conf.resolve("smtpserver.xml");
        String stock = Files.readString(listeners);
        String changed = stock.replace("org.apache.james.smtpserver.fastfail.ValidRcptHandler",
            "org.postlane.smtpserver.RecipientTypeRcptHook");
        if (changed.equals(stock)) {
            throw new IllegalStateException("smtpserver.xml has no ValidRcptHandler");
        }
        Files.writeString(listeners, changed);
    }

    private static String with(String settings, String elements, String queue) {
        String name = "<outgoing>" + queue + "</outgoing>";
        if (!elements.contains(name)) {
            throw new IllegalStateException("conf/mailetcontainer.xml has no " + name);
        }
        return elements.replace(name, name + settings);
    }

    private static String processor(String file, String state) {
        // The end of a parameter of this name stands within a mailet.
        return first(Pattern.compile("(?s)<processor state=\"" + state
            + "\".*?</processor>(?=\\s*<(?:processor |/processors|!--))"), file).group();
    }

    private static Matcher first(Pattern wanted, String file) {
        Matcher found = wanted.matcher(file);
        if (!found.find()) {
            throw new IllegalStateException("There is no " + wanted);
        }
        return found;
    }
}
