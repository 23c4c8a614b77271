// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.journal.Journals.delivered;
import static org.postlane.journal.Journals.isDelivered;
import static org.postlane.journal.Journals.item;
import static org.postlane.journal.Journals.onlyFile;
import static org.postlane.journal.Journals.written;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as a crash, a power loss or a bad disk leaves them. */
class DamagedFilesTest {
    @TempDir
    private Path directory;

    private Path file;
    /** The file with one, two and three records, of the mails 1, 2 and 3. */
    private final List<byte[]> grown = new ArrayList<>();

    @BeforeEach
    void writeThreeRecords() throws IOException {
        try (DeliveryJournal journal = open()) {
            for (int mail = 1; mail <= 3; mail++) {
                written(journal.record(item("mail-" + mail), List.of(delivered("a@example.org"))));
                file = onlyFile(directory);
                grown.add(Files.readAllBytes(file));
            }
        }
    }

    private DeliveryJournal open() throws IOException {
        return DeliveryJournal.open(directory, JournalSettings.DEFAULTS.withSync(SyncPolicy.never()));
    }

    /** Puts only this file into the directory, opens it, and says which of the three mails are known. */
    private String knownAfter(byte[] octets, long damaged) throws IOException {
        for (Path old : Journals.files(directory)) {
            Files.delete(old);
        }
        Files.write(file, octets);
        try (DeliveryJournal journal = open()) {
            StringBuilder known = new StringBuilder();
            for (int mail = 1; mail <= 3; mail++) {
                known.append(isDelivered(journal.recall(item("mail-" + mail)), "a@example.org") ? mail : "-");
            }
            assertThat(journal.stats().damagedOctets()).isEqualTo(damaged);
            assertThat(journal.problem()).isEmpty();
            written(journal.record(item("mail-4"), List.of(delivered("a@example.org"))));
            return known.toString();
        }
    }

    @Test
    void aTornTailAtAnyOctetCostsTheLastRecordOnly() throws IOException {
        for (int length = grown.get(1).length; length < grown.get(2).length; length++) {
            assertThat(knownAfter(Arrays.copyOf(grown.get(2), length), 0)).as("cut after %s octets", length).isEqualTo("12-");
        }
        assertThat(knownAfter(grown.get(2), 0)).isEqualTo("123");
    }

    @Test
    void aFileCutWithinItsHeaderHoldsNothing() throws IOException {
        for (int length = 0; length <= Frames.FILE_HEADER; length++) {
            assertThat(knownAfter(Arrays.copyOf(grown.get(2), length), 0)).isEqualTo("---");
        }
    }

    @Test
    void anyFlippedBitCostsOneRecordOnly() {
        long segment = ByteBuffer.wrap(grown.get(2)).getLong(8);
        for (int at = grown.get(0).length; at < grown.get(1).length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] octets = grown.get(2).clone();
                octets[at] ^= (byte) (1 << bit);
                List<String> mails = new ArrayList<>();
                Frames.Found found = Frames.read(segment, octets, payload -> mails.add(mailOf(payload)));
                assertThat(mails).as("bit %s of octet %s", bit, at).containsExactly("mail-1", "mail-3");
                assertThat(found.damaged()).isEqualTo(grown.get(1).length - grown.get(0).length);
                assertThat(found.tail()).isZero();
            }
        }
    }

    private static String mailOf(ByteBuffer payload) {
        byte[] mail = new byte[payload.position(9).getInt()];
        payload.get(mail);
        return new String(mail, StandardCharsets.UTF_8);
    }

    @Test
    void aDamagedMiddleIsPassedOverAndCounted() throws IOException {
        byte[] octets = grown.get(2).clone();
        Arrays.fill(octets, grown.get(0).length, grown.get(1).length, (byte) 0);
        assertThat(knownAfter(octets, grown.get(1).length - grown.get(0).length)).isEqualTo("1-3");
    }

    @Test
    void aDamagedHeaderCostsNoRecord() throws IOException {
        byte[] octets = grown.get(2).clone();
        octets[5] ^= 1;
        assertThat(knownAfter(octets, Frames.FILE_HEADER)).isEqualTo("123");
    }

    @Test
    void blocksThatWereNeverWrittenAreATail() throws IOException {
        assertThat(knownAfter(Arrays.copyOf(grown.get(2), grown.get(2).length + 65_536), 0)).isEqualTo("123");
    }

    @Test
    void recordsOfAnotherFileAreNotTaken() throws IOException {
        file = file.resolveSibling("delivery-0000000000009999.journal");
        assertThat(knownAfter(grown.get(2), 0)).isEqualTo("---");
    }

    @Test
    void aRecordOfANewKindIsPassedOver() throws IOException {
        long segment = ByteBuffer.wrap(grown.get(2)).getLong(8);
        byte[] unknown = {99, 1, 2, 3};
        byte[] broken = {1, 0, 0, 0, 0, 0, 0, 0, 0, 127, 0, 0, 0};
        ByteBuffer octets = ByteBuffer.allocate(grown.get(2).length + unknown.length + broken.length + 2 * Frames.RECORD_HEADER);
        octets.put(grown.get(2), 0, grown.get(1).length);
        octets.put(Frames.recordHeader(segment, unknown)).put(unknown);
        octets.put(Frames.recordHeader(segment, broken)).put(broken);
        octets.put(grown.get(2), grown.get(1).length, grown.get(2).length - grown.get(1).length);
        assertThat(knownAfter(octets.array(), 0)).isEqualTo("123");
    }

    @Test
    void aFileOfANewerVersionIsLeftAlone() throws IOException {
        long segment = ByteBuffer.wrap(grown.get(2)).getLong(8);
        ByteBuffer octets = ByteBuffer.allocate(100).putInt(0x504C4A48).putInt(2).putLong(segment);
        CRC32C sum = new CRC32C();
        sum.update(octets.array(), 0, 16);
        octets.putInt((int) sum.getValue());
        assertThat(knownAfter(octets.array(), 0)).isEqualTo("---");
        assertThat(file).hasBinaryContent(octets.array());
    }
}
