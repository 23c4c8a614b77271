// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;

import org.apache.james.core.Username;

/** What is kept of one user. Shows no secret in its text. Immutable. */
public final class Credential {
    private final Username user;
    private final ScramKeys scram;
    private final Optional<CramMd5Keys> cramMd5;
    private final Optional<byte[]> fingerprint;
    private final Instant verified;

    /**
     * All of it.
     *
     * @throws IllegalArgumentException for a user with a control character in his name
     * @param fingerprint of what James stored of the password when it was verified; empty where that cannot be read (LDAP)
     * @param verified when James last said that this is the user's password
     */
    Credential(Username user, ScramKeys scram, Optional<CramMd5Keys> cramMd5, Optional<byte[]> fingerprint, Instant verified) {
        if (user.asString().chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("A name with a control character has no place in the file");
        }
        this.user = user;
        this.scram = scram;
        this.cramMd5 = cramMd5;
        this.fingerprint = fingerprint;
        this.verified = verified;
    }

    /** Whose they are. */
    public Username user() {
        return user;
    }

    /** For SCRAM-SHA-256. */
    public ScramKeys scram() {
        return scram;
    }

    /** For CRAM-MD5, where that is on. */
    public Optional<CramMd5Keys> cramMd5() {
        return cramMd5;
    }

    /** When James last said that this is the user's password. */
    public Instant verified() {
        return verified;
    }

    /** Whether a change of the password is noticed by itself; otherwise the credential has an age that it may reach. */
    public boolean isBound() {
        return fingerprint.isPresent();
    }

    Optional<byte[]> fingerprint() {
        return fingerprint;
    }

    /** Whether James stores the same of the password as when this was derived. */
    boolean isBoundTo(Optional<byte[]> now) {
        return fingerprint.isPresent() && now.isPresent() && MessageDigest.isEqual(fingerprint.get(), now.get());
    }

    @Override
    public String toString() {
        return user.asString() + ":***";
    }
}
