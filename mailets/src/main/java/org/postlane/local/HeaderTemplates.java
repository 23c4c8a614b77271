// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.core.MailAddress;
import org.apache.mailet.PerRecipientHeaders;
import org.apache.mailet.PerRecipientHeaders.Header;

/**
 * The header section of each recipient's copy: that of the message, and the headers that mailets added for that recipient alone,
 * where James' message would put them. Where that is depends on rules inside JavaMail, so the message is asked once for
 * each list of header names that occurs; it is left as it was.
 *
 * <p>Safe for use by several threads once it is made.
 */
final class HeaderTemplates {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final String PROBE = "postlane-probe-";

    /** Where headers go: for each line of the message's own, and the end, the numbers of the headers that stand before it. */
    private static final class Template {
        private final Map<Integer, List<Integer>> before = new HashMap<>();
    }

    private final PerRecipientHeaders specific;
    private final List<byte[]> lines = new ArrayList<>();
    private final byte[] shared;
    private final Map<List<String>, Template> templates = new HashMap<>();

    private HeaderTemplates(PerRecipientHeaders specific, List<String> headerLines) {
        this.specific = specific;
        headerLines.forEach(line -> lines.add(octets(line)));
        this.shared = assemble(new Template(), List.of());
    }

    /** Reads the header of the message, and finds the places for the headers of these recipients. */
    static HeaderTemplates of(MimeMessage message, PerRecipientHeaders specific, Collection<MailAddress> recipients)
            throws MessagingException {
        HeaderTemplates templates = new HeaderTemplates(specific, lines(message));
        for (MailAddress recipient : recipients) {
            Collection<Header> headers = specific.getHeadersForRecipient(recipient);
            if (!headers.isEmpty() && !templates.templates.containsKey(names(headers))) {
                templates.templates.put(names(headers), find(message, new ArrayList<>(headers)));
            }
        }
        return templates;
    }

    private static List<String> names(Collection<Header> headers) {
        return headers.stream().map(header -> header.getName().toLowerCase(Locale.US)).collect(Collectors.toList());
    }

    private static List<String> lines(MimeMessage message) throws MessagingException {
        return Collections.list(message.getAllHeaderLines());
    }

    private static Template find(MimeMessage message, List<Header> headers) throws MessagingException {
        Map<String, String[]> saved = new LinkedHashMap<>();
        for (Header header : headers) {
            saved.putIfAbsent(header.getName(), Optional.ofNullable(message.getHeader(header.getName())).orElse(new String[0]));
        }
        for (int i = 0; i < headers.size(); i++) {
            message.addHeader(headers.get(i).getName(), PROBE + i);
        }
        Template template = new Template();
        int own = 0;
        for (String line : lines(message)) {
            int header = probe(line, headers);
            if (header < 0) {
                own++;
            } else {
                template.before.computeIfAbsent(own, any -> new ArrayList<>()).add(header);
            }
        }
        for (Map.Entry<String, String[]> header : saved.entrySet()) {
            message.removeHeader(header.getKey());
            for (String value : header.getValue()) {
                message.addHeader(header.getKey(), value);
            }
        }
        return template;
    }

    private static int probe(String line, List<Header> headers) {
        for (int i = 0; i < headers.size(); i++) {
            if (line.equals(headers.get(i).getName() + Header.SEPARATOR + PROBE + i)) {
                return i;
            }
        }
        return -1;
    }

    /** Octets that James would write a header line with. */
    private static byte[] octets(String line) {
        return line.getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] assemble(Template template, List<Header> headers) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i <= lines.size(); i++) {
            for (int header : template.before.getOrDefault(i, List.of())) {
                add(out, octets(headers.get(header).asString()));
            }
            if (i < lines.size()) {
                add(out, lines.get(i));
            }
        }
        out.writeBytes(CRLF);
        return out.toByteArray();
    }

    private static void add(ByteArrayOutputStream out, byte[] line) {
        out.writeBytes(line);
        out.writeBytes(CRLF);
    }

    /** The message's own header section, with the empty line that ends it. Not to be changed. */
    byte[] shared() {
        return shared;
    }

    /** The header section of this recipient's copy, with the empty line that ends it. Not to be changed. */
    byte[] of(MailAddress recipient) {
        List<Header> headers = new ArrayList<>(specific.getHeadersForRecipient(recipient));
        Template template = templates.get(names(headers));
        return template == null ? shared : assemble(template, headers);
    }
}
