// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import org.apache.james.core.MailAddress;
import org.postlane.smtp.EnhancedCode;
import org.postlane.smtp.Failure;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.Reply;

/** What an attempt came to for one recipient, and which host said so. Immutable. */
public final class Verdict {
    private static final Set<Fault> OTHER_HOST_MAY_DO = EnumSet.of(Fault.HOST, Fault.SESSION, Fault.POLICY);

    private final MailAddress recipient;
    private final RecipientResult result;
    private final String host;
    private final boolean tried;
    private final Duration notBefore;
    private final Passage passage;

    /** What a host, or we ourselves, made of a recipient; a dash for the host where none was reached. */
    public Verdict(MailAddress recipient, RecipientResult result, String host) {
        this(recipient, result, host, true, Duration.ZERO, null);
    }

    private Verdict(MailAddress recipient, RecipientResult result, String host, boolean tried, Duration notBefore,
                    Passage passage) {
        this.recipient = recipient;
        this.result = result;
        this.host = host;
        this.tried = tried;
        this.notBefore = notBefore;
        this.passage = passage;
    }

    /** A recipient whose turn did not come: no attempt is counted, and the mail comes back soon. */
    public static Verdict postponed(MailAddress recipient, String why) {
        return new Verdict(recipient, RecipientResult.deferred(Fault.POLICY, why), "-", false, Duration.ZERO, null);
    }

    /** The same verdict; where no host has answered anything and none may have it, as for a recipient whose turn did not come. */
    public Verdict uncountedUnlessAnswered() {
        return status() == RecipientResult.Status.DEFERRED && mayTryAnotherHost() && reply().isEmpty()
            ? postponed(recipient, explanation()) : this;
    }

    /** The same verdict, for a destination that nobody shall try again before this time has passed. */
    public Verdict notBefore(Duration delay) {
        return new Verdict(recipient, result, host, tried, delay, passage);
    }

    /** The same verdict, with the connection that it came by. */
    public Verdict by(Passage connection) {
        return new Verdict(recipient, result, host, tried, notBefore, connection);
    }

    /** The same verdict, with no more than so many characters of what the host said. */
    public Verdict shortened(int most) {
        return new Verdict(recipient, result.shortened(most), host, tried, notBefore, passage);
    }

    /** The connection that it came by; empty where there was none. */
    public Optional<Passage> passage() {
        return Optional.ofNullable(passage);
    }

    /** Whether this was an attempt; otherwise the recipient only had no turn. */
    public boolean wasTried() {
        return tried;
    }

    /** How long the next attempt has to wait at least, whatever the schedule says. */
    public Duration notBefore() {
        return notBefore;
    }

    /** Whether it came about by an attempt of this mail, and not by what others met. */
    public boolean isOwn() {
        return tried && notBefore.isZero();
    }

    /** The same verdict, in other words of ours. */
    public Verdict inOtherWords(String words) {
        return new Verdict(recipient, RecipientResult.deferred(result.failure().map(Failure::fault).orElse(Fault.HOST), words),
            host, tried, notBefore, passage);
    }

    /** Whom it is about. */
    public MailAddress recipient() {
        return recipient;
    }

    /** What became of the recipient in this attempt. */
    public RecipientResult.Status status() {
        return result.status();
    }

    /** The reply code, where a server gave one. */
    public Optional<Integer> code() {
        return result.reply().map(Reply::code);
    }

    /** The reply, where a server gave one. */
    public Optional<Reply> reply() {
        return result.reply();
    }

    /** Whether the server that took it reports to the sender itself. */
    public boolean areReportsPassedOn() {
        return result.areReportsPassedOn();
    }

    /** Whose fault it is; empty for who was delivered. */
    public Optional<Fault> fault() {
        return result.failure().map(Failure::fault);
    }

    /** The enhanced code of the reply, or of our own judgement. */
    public Optional<EnhancedCode> enhancedCode() {
        return result.failure().isPresent() ? result.failure().flatMap(Failure::enhancedCode)
            : result.reply().flatMap(Reply::enhancedCode);
    }

    /** What the host said, or what happened instead. */
    public String explanation() {
        return result.explanation();
    }

    /** All lines of the reply, without its code; what happened instead where there was none. */
    public String words() {
        return result.reply().map(reply -> String.join("\n", reply.lines())).orElseGet(this::explanation);
    }

    /** Whether the host may have it all the same. */
    public boolean isAmbiguous() {
        return status() == RecipientResult.Status.AMBIGUOUS;
    }

    /** The host that the verdict came from; a dash where none was reached. */
    public String host() {
        return host;
    }

    /** The name of that host, without its address. */
    public String hostName() {
        return host.replaceFirst("\\[.*", "");
    }

    /**
     * Whether another host of the route may do better now: this one did not get as far as the recipient or the content, or
     * lacks something by our own judgement, which it has not been asked.
     */
    public boolean mayTryAnotherHost() {
        return result.failure().filter(failure -> failure.persistence() == Failure.Persistence.TEMPORARY
            ? OTHER_HOST_MAY_DO.contains(failure.fault())
            : failure.persistence() == Failure.Persistence.PERMANENT && failure.reply().isEmpty()).isPresent();
    }
}
