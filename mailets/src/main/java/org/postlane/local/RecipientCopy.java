// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;

import org.apache.james.server.core.MimeMessageSource;

/** One recipient's copy: a header section of its own before the body that all share. Safe for use by several threads. */
final class RecipientCopy implements MimeMessageSource {
    private final String name;
    private final byte[] header;
    private final SharedMessage message;
    private final int body;

    /**
     * A copy.
     *
     * @param body where the body begins in the message
     */
    RecipientCopy(String name, byte[] header, SharedMessage message, int body) {
        this.name = name;
        this.header = header;
        this.message = message;
        this.body = body;
    }

    @Override
    public String getSourceId() {
        return name;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new SequenceInputStream(new ByteArrayInputStream(header), message.from(body));
    }

    @Override
    public long getMessageSize() {
        return header.length + message.size() - body;
    }
}
