// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * What CRAM-MD5 (RFC 2195) is checked with: the states of MD5 behind HMAC's inner and outer key (RFC 2104 4). The password cannot
 * be read from them, but whoever has them can log in by CRAM-MD5, and a password is found from them by trying, fast. Immutable.
 */
public final class CramMd5Keys {
    private static final int INNER = 0x36;
    private static final int OUTER = 0x5c;

    private final byte[] inner;
    private final byte[] outer;

    private CramMd5Keys(byte[] inner, byte[] outer) {
        this.inner = inner;
        this.outer = outer;
    }

    /** Those of a password. */
    public static CramMd5Keys derive(String password) {
        byte[] key = password.getBytes(StandardCharsets.UTF_8);
        return new CramMd5Keys(Md5State.behind(padded(key, INNER)), Md5State.behind(padded(key, OUTER)));
    }

    private static byte[] padded(byte[] key, int pad) {
        byte[] block = Arrays.copyOf(key.length > Md5State.BLOCK ? md5(key) : key, Md5State.BLOCK);
        for (int i = 0; i < block.length; i++) {
            block[i] ^= (byte) pad;
        }
        return block;
    }

    private static byte[] md5(byte[] octets) {
        try {
            return MessageDigest.getInstance("MD5").digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keys that no password leads to. */
    static CramMd5Keys decoy(byte[] octets) {
        return new CramMd5Keys(Arrays.copyOf(octets, Md5State.LENGTH), Arrays.copyOfRange(octets, Md5State.LENGTH,
            2 * Md5State.LENGTH));
    }

    /** What a client that knows the password answers to this challenge. */
    public byte[] sign(byte[] challenge) {
        return Md5State.finish(outer, Md5State.finish(inner, challenge));
    }

    String asText() {
        Base64.Encoder base64 = Base64.getEncoder();
        return base64.encodeToString(inner) + ":" + base64.encodeToString(outer);
    }

    /** @throws IllegalArgumentException for what {@link #asText()} did not make */
    static CramMd5Keys parse(String text) {
        int colon = text.indexOf(':');
        byte[] inner = Base64.getDecoder().decode(text.substring(0, Math.max(0, colon)));
        byte[] outer = Base64.getDecoder().decode(text.substring(colon + 1));
        if (inner.length != Md5State.LENGTH || outer.length != Md5State.LENGTH) {
            throw new IllegalArgumentException("keys of another length");
        }
        return new CramMd5Keys(inner, outer);
    }

    @Override
    public String toString() {
        return "CRAM-MD5:***";
    }
}
