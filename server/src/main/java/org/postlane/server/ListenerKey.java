// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.UnrecoverableKeyException;
import java.util.Collections;
import java.util.List;

import org.apache.james.filesystem.api.FileSystem;
import org.apache.james.server.core.configuration.Configuration;
import org.apache.james.server.core.filesystem.FileSystemImpl;

/** The TLS key of a listener. What James says of one that is not there, or does not open, names at best the file of the key. */
final class ListenerKey {
    private static final String KEYSTORE = "tls.keystore";
    private static final String TYPE = "tls.keystoreType";
    private static final String SECRET = "tls.secret";

    private final Listener listener;
    private final FileSystem files;

    private ListenerKey(Listener listener, FileSystem files) {
        this.listener = listener;
        this.files = files;
    }

    /** @throws StartError with file, listener, key and value; never with a secret */
    static void check(Home home, Listener listener) {
        boolean fromTheFirstOctet = listener.flag("tls.[@socketTLS]", false);
        boolean onRequest = listener.flag("tls.[@startTLS]", false);
        if (fromTheFirstOctet && onRequest) {
            throw listener.error("tls.[@startTLS]", "false, for socketTLS is true: a listener has one of the two", null);
        }
        if (fromTheFirstOctet || onRequest) {
            Configuration configuration = Configuration.builder().workingDirectory(home.root().toFile()).build();
            new ListenerKey(listener, new FileSystemImpl(configuration.directories())).check();
        }
    }

    private void check() {
        if (listener.settings().containsKey(KEYSTORE)) {
            open(file(KEYSTORE));
            return;
        }
        for (String key : List.of("tls.privateKey", "tls.certificates")) {
            if (!listener.settings().containsKey(key)) {
                throw new StartError(listener.where() + ": <tls>: expected <keystore>, or <privateKey> and <certificates>");
            }
            file(key);
        }
    }

    private Path file(String key) {
        try {
            Path file = files.getFile(listener.text(key, "")).toPath();
            if (Files.isReadable(file) && Files.isRegularFile(file)) {
                return file;
            }
            throw listener.error(key, "a file that is there and that this user may read; James looks for it at " + file, null);
        } catch (IOException e) {
            throw listener.error(key, "a file that is there, as file://conf/NAME or file:///PATH: " + e.getMessage(), e);
        }
    }

    private void open(Path file) {
        String type = listener.text(TYPE, "JKS");
        char[] secret = listener.settings().getString(SECRET, "").toCharArray();
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = store(type);
            store.load(in, secret);
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    store.getKey(alias, secret);
                    return;
                }
            }
            throw listener.error(KEYSTORE, "a file with a private key; there is none in " + file, null);
        } catch (UnrecoverableKeyException e) {
            throw listener.errorAboutSecret(SECRET, "one password for " + file + " and the key in it", e);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw listener.errorAboutSecret(SECRET, "the password of " + file, e);
            }
            throw unreadable(type, file, e);
        } catch (GeneralSecurityException e) {
            throw unreadable(type, file, e);
        }
    }

    private KeyStore store(String type) {
        try {
            return KeyStore.getInstance(type);
        } catch (KeyStoreException e) {
            throw listener.error(TYPE, "a type that this Java knows, such as PKCS12 or JKS", e);
        }
    }

    private StartError unreadable(String type, Path file, Exception e) {
        return listener.error(KEYSTORE, "a file of the type " + type + " (<keystoreType>); " + file + ": " + e.getMessage(), e);
    }
}
