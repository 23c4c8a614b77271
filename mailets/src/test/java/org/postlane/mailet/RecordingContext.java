// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;

/**
 * Notes what is handed to processors and what is reported to senders, marks the mail as James' own context does, and fails on
 * demand.
 */
final class RecordingContext {
    /** One mail that was handed over. */
    record HandedOver(String state, String name, Set<String> recipients, Map<String, Object> attributes) {
    }

    final List<HandedOver> sent = new CopyOnWriteArrayList<>();
    final List<ParsedReport> reports = new CopyOnWriteArrayList<>();
    final AtomicInteger toFail = new AtomicInteger();
    /** Whether the spool refuses a mail of this name. */
    volatile Predicate<String> refuses = name -> false;

    /** What runs mail that is handed over, before the hand-over returns. */
    @FunctionalInterface
    interface Processor {
        void run(String state, Mail mail) throws Exception;
    }

    volatile Processor processor = (state, mail) -> { };

    MailetContext context() {
        return (MailetContext) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {MailetContext.class},
            (proxy, method, arguments) -> {
                if (method.getName().equals("getPostmaster")) {
                    return new MailAddress("postmaster@home.test");
                }
                Mail mail = (Mail) arguments[0];
                if (refuses.test(mail.getName())) {
                    throw new MessagingException("The spool does not take " + mail.getName());
                }
                if (toFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new MessagingException("The spool is away");
                }
                if (method.getName().equals("sendMail") && arguments.length == 1) {
                    reports.add(ParsedReport.of(mail));
                    return null;
                }
                if (method.getName().equals("sendMail") && arguments.length == 2) {
                    String state = (String) arguments[1];
                    sent.add(handedOver(state, mail));
                    mail.setAttribute(Mail.SENT_BY_MAILET_ATTRIBUTE);
                    mail.setState(state);
                    processor.run(state, mail);
                    return null;
                }
                throw new AssertionError("Not expected: " + method);
            });
    }

    List<HandedOver> sentTo(String state) {
        return sent.stream().filter(one -> one.state().equals(state)).toList();
    }

    private static HandedOver handedOver(String state, Mail mail) {
        return new HandedOver(state, mail.getName(),
            mail.getRecipients().stream().map(MailAddress::asString).collect(Collectors.toSet()),
            mail.attributes().collect(Collectors.toMap(attribute -> attribute.getName().asString(),
                attribute -> attribute.getValue().value())));
    }
}
