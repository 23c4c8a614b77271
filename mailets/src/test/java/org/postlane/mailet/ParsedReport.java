// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import javax.mail.BodyPart;
import javax.mail.Header;
import javax.mail.Session;
import javax.mail.internet.ContentType;
import javax.mail.internet.InternetHeaders;
import javax.mail.internet.MimeMessage;
import javax.mail.internet.MimeMultipart;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;

/**
 * A delivery status notification as JavaMail reads it back, and its envelope. Field names are in any case.
 *
 * @param perMessage the first group of the fields
 * @param perRecipient the other groups
 * @param returnedType null where nothing of the original came back
 */
public record ParsedReport(String name, String sender, List<String> to, MimeMessage message, String words,
                    Map<String, String> perMessage, List<Map<String, String>> perRecipient, String returnedType, String returned,
                    String raw) {
    public static ParsedReport of(Mail mail) throws Exception {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        mail.getMessage().writeTo(written);
        byte[] octets = written.toByteArray();
        String raw = new String(octets, ISO_8859_1);
        // RFC 5321 and 5322: whatever stood in it, it is lines that any server takes.
        assertThat(raw.lines()).allMatch(line -> line.length() <= 998);
        assertThat(raw.replace("\r\n", "")).doesNotContain("\r", "\n", "\0");

        MimeMessage message = new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(octets));
        ContentType type = new ContentType(message.getContentType());
        assertThat(type.match("multipart/report")).as(type.toString()).isTrue();
        assertThat(type.getParameter("report-type")).isEqualTo("delivery-status");
        MimeMultipart parts = (MimeMultipart) message.getContent();
        assertThat(parts.getCount()).isBetween(2, 3);
        assertThat(parts.isComplete()).isTrue();
        assertThat(parts.getBodyPart(0).isMimeType("text/plain")).isTrue();
        assertThat(parts.getBodyPart(1).isMimeType("message/delivery-status")).isTrue();
        List<Map<String, String>> groups = groups(parts.getBodyPart(1));
        BodyPart original = parts.getCount() == 3 ? parts.getBodyPart(2) : null;
        return new ParsedReport(mail.getName(), mail.getMaybeSender().asString(),
            mail.getRecipients().stream().map(MailAddress::asString).toList(), message,
            (String) parts.getBodyPart(0).getContent(), groups.get(0), groups.subList(1, groups.size()),
            original == null ? null : new ContentType(original.getContentType()).getBaseType(),
            original == null ? "" : new String(original.getInputStream().readAllBytes(), ISO_8859_1), raw);
    }

    private static List<Map<String, String>> groups(BodyPart part) throws Exception {
        List<Map<String, String>> groups = new ArrayList<>();
        try (InputStream in = part.getInputStream()) {
            while (in.available() > 0) {
                Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                for (Header header : Collections.list(new InternetHeaders(in).getAllHeaders())) {
                    assertThat(fields.put(header.getName(), header.getValue().replaceAll("\r\n[ \t]", " "))).isNull();
                }
                groups.add(fields);
            }
        }
        return groups;
    }

    /** What it says of one recipient. */
    public Map<String, String> of(String recipient) {
        return perRecipient.stream().filter(fields -> fields.get("Final-Recipient").equals("rfc822; " + recipient)).findFirst()
            .orElseThrow(() -> new AssertionError(recipient + " is not in " + perRecipient));
    }

    public List<String> recipients() {
        return perRecipient.stream().map(fields -> fields.get("Final-Recipient").replaceFirst("^rfc822; ", "")).toList();
    }

    public String header(String name) {
        try {
            return message.getHeader(name, "\n");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
