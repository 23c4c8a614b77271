// SPDX-License-Identifier: Apache-2.0
package org.postlane;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.provider.Arguments;

/** What the targets share: seeds written as text, and the cutting of octets into pieces. */
public final class Inputs {
    private static final int SHOWN = 60;

    private Inputs() {
    }

    /** Seeds, one octet for each character, shown with their control characters escaped. */
    public static Stream<Arguments> seeds(String... texts) {
        return Stream.of(texts).map(text -> Arguments.of(Named.of(shown(text), text.getBytes(ISO_8859_1))));
    }

    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        text.chars().limit(SHOWN).forEach(c ->
            shown.append(c >= ' ' && c <= '~' ? String.valueOf((char) c) : String.format("\\x%02x", c)));
        return shown.append(text.length() > SHOWN ? "…" : "").append(" (").append(text.length()).append(')').toString();
    }

    /** All of it, octet by octet, and cut at places that the first octet of the input decides. */
    public static List<List<byte[]>> waysToCut(byte[] octets, byte choice) {
        List<byte[]> single = new ArrayList<>();
        List<byte[]> random = new ArrayList<>();
        Random lengths = new Random(choice);
        int longest = 1 + lengths.nextInt(64);
        int position = 0;
        while (position < octets.length) {
            int length = Math.min(1 + lengths.nextInt(longest), octets.length - position);
            random.add(Arrays.copyOfRange(octets, position, position + length));
            position += length;
        }
        for (byte octet : octets) {
            single.add(new byte[] {octet});
        }
        return List.of(List.of(octets), single, random);
    }

    /** The octets behind the first one. */
    public static byte[] rest(byte[] input) {
        return Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    }

    /** The first octet, which decides something; 0 where there is none. */
    public static byte choice(byte[] input) {
        return input.length == 0 ? 0 : input[0];
    }
}
