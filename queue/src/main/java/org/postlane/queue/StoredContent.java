// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.IOException;
import java.io.InputStream;

import org.apache.james.server.core.MimeMessageSource;

/** The message of a queued mail, read anew by whoever wants it, until the mail is done. Safe for use by several threads. */
final class StoredContent implements MimeMessageSource {
    private final MailRecords records;
    private final Entry entry;
    private final long size;

    StoredContent(MailRecords records, Entry entry, long size) {
        this.records = records;
        this.entry = entry;
        this.size = size;
    }

    @Override
    public String getSourceId() {
        return records.nameOf(entry);
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return records.open(entry, size);
    }

    @Override
    public long getMessageSize() {
        return size;
    }
}
