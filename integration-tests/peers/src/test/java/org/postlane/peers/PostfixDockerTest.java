// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

import org.postlane.testing.docker.RequiresDocker;

/** Postfix 3.7, as strict as it can be with line ends and with clients that talk out of turn. */
@RequiresDocker
class PostfixDockerTest extends PeerContract {
    private static final int SMTP = 25;
    private static final int WITHOUT_PIPELINING = 2501;

    @Override
    Peer start(Path files) {
        return Peer.start("postfix", files, List.of(SMTP, 587, WITHOUT_PIPELINING, 2502, 2503, 2504), List.of(465));
    }

    @Override
    List<Way> ways() {
        return List.of(new Way("pipelined", SMTP, UnaryOperator.identity()),
            new Way("one-by-one", WITHOUT_PIPELINING, UnaryOperator.identity()));
    }

    @Override
    List<String> traceFields() {
        return List.of("Return-Path", "X-Original-To", "Delivered-To", "Received");
    }

    @Override
    String changedByPeer(String name, String stored) {
        return stored;
    }
}
