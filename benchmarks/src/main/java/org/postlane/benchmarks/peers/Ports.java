// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/** Whether a server is there. */
final class Ports {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final long PAUSE_MILLIS = 50;

    private Ports() {
    }

    /** Whether something greets on this port of loopback; where nobody listens, a moment has passed when this returns. */
    static boolean greets(int port) throws IOException, InterruptedException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            return socket.getInputStream().read() == '2';
        } catch (ConnectException e) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            return false;
        }
    }
}
