// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import org.postlane.peers.RabbitBroker;
import org.postlane.peers.RabbitQueues;
import reactor.rabbitmq.ReceiverOptions;

/** James' queues, read as a node of a cluster reads them. */
public final class ClusterQueues {
    private ClusterQueues() {
    }

    /** Those of a broker. */
    public static RabbitQueues of(RabbitBroker broker, RabbitQueues.Contents contents) {
        Deliveries deliveries = new Deliveries();
        return new RabbitQueues(broker, contents, new KeptMailDecorators(deliveries), connection -> () ->
            new LastingReceiver(new ReceiverOptions().connectionMono(connection), Leases.LONGEST, deliveries));
    }
}
