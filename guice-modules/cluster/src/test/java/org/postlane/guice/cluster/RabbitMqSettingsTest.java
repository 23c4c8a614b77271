// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.guice.durable.Patience;

class RabbitMqSettingsTest {
    private static final String WHOLE = """
        uri=amqp://127.0.0.1:5672
        management.uri=http://127.0.0.1:15672
        management.user=postlane
        management.password=secret
        """;

    @TempDir
    Path conf;

    private RabbitMqSettings read(String text) throws IOException {
        Files.writeString(conf.resolve("rabbitmq.properties"), text);
        return RabbitMqSettings.read(conf);
    }

    private void assertRefused(String text, String... parts) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ClusterError.class).message()
            .contains("rabbitmq.properties").contains(parts);
    }

    @Test
    void whatIsNeededIsEnoughAndMailIsConfirmedAndListed() throws IOException {
        RabbitMqSettings settings = read(WHOLE);

        assertThat(settings.broker().getManagementCredentials().getUser()).isEqualTo("postlane");
        assertThat(settings.queues().isMailQueuePublishConfirmEnabled()).isTrue();
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> RabbitMqSettings.read(conf)).isInstanceOf(ClusterError.class)
            .hasMessageContaining(conf.resolve("rabbitmq.properties") + " is missing");
    }

    @Test
    void aMissingKeyIsNamed() {
        assertRefused(WHOLE.replace("management.uri=http://127.0.0.1:15672\n", ""),
            "management.uri is missing; expected http://HOST");
        assertRefused(WHOLE.replace("uri=amqp://127.0.0.1:5672\n", ""), "uri is missing; expected amqp://HOST:5672");
        assertRefused(WHOLE.replace("management.user=postlane\n", ""), "management.user is missing");
    }

    @Test
    void aMisspeltKeyIsNamed() {
        assertRefused(WHOLE + "quorum.queue.enable=true\n",
            "there is no key quorum.queue.enable; expected one of", "quorum.queues.enable");
    }

    @Test
    void aVariableThatNobodySetIsNamed() {
        assertRefused(WHOLE.replace("secret", "${env:POSTLANE_NOBODY_SET_THIS}"),
            "management.password=${env:POSTLANE_NOBODY_SET_THIS}: expected a value; the variable in it is not set");
    }

    @Test
    void aValueThatDoesNotFitIsNamed() {
        assertRefused(WHOLE.replace("amqp://", "http://"), "uri=http://127.0.0.1:5672: expected amqp://");
        assertRefused(WHOLE + "channel.pool.size=0\n", "channel.pool.size=0: expected a whole number, at least 1");
        assertRefused(WHOLE + "quorum.queues.enable=yes\n", "quorum.queues.enable=yes: expected true or false");
        assertRefused(WHOLE + "mailqueue.view.sliceWindow=soon\n",
            "mailqueue.view.sliceWindow=soon: expected a time with its unit");
    }

    @Test
    void whatWouldLoseMailOrHideItIsRefused() {
        assertRefused(WHOLE + "mailqueue.publish.confirm.enabled=false\n",
            "mailqueue.publish.confirm.enabled=false: expected true");
        assertRefused(WHOLE + "cassandra.view.enabled=false\n", "cassandra.view.enabled=false: expected true");
    }

    @Test
    void aVirtualHostThatMailDoesNotTakeIsRefused() throws IOException {
        assertRefused(WHOLE + "vhost=other\n", "vhost=other: expected / or no such line");
        assertThat(read(WHOLE.replace(":5672\n", ":5672/mail\n") + "vhost=mail\n").broker().getVhost()).contains("mail");
    }

    @Test
    void aQueueThatOneOfSeveralBrokersHasAloneIsRefused() throws IOException {
        String three = WHOLE + "hosts=a:5672,b:5672,c:5672\n";

        assertRefused(three, "hosts=a:5672,b:5672,c:5672: expected quorum.queues.enable=true");
        assertRefused(three + "quorum.queues.enable=true\n", "expected quorum.queues.enable=true");
        assertThat(read(three + "quorum.queues.enable=true\nquorum.queues.replication.factor=3\n").broker().rabbitMQHosts())
            .hasSize(3);
    }

    @Test
    void aCertificateThatNobodyChecksIsRefused() {
        assertRefused(WHOLE.replace("amqp:", "amqps:"), "ssl.enabled=false: expected true with amqps");
    }

    @Test
    void aPasswordThatHoldsACommaIsNotRepeated() {
        assertThatThrownBy(() -> read(WHOLE.replace("secret", "hid,den"))).isInstanceOf(ClusterError.class).message()
            .contains("management.password: expected one value").doesNotContain("hid");
    }

    @Test
    void aPasswordInTheUriIsNotRepeated() throws IOException {
        RabbitMqSettings settings = read(WHOLE.replace("amqp://127.0.0.1:5672", "amqp://u:hidden@127.0.0.1:" + closedPort()));

        assertThatThrownBy(() -> settings.awaitBroker(new Patience(Duration.ZERO))).isInstanceOf(ClusterError.class).message()
            .contains("uri=amqp://u:***@127.0.0.1:").doesNotContain("hidden");
    }

    @Test
    void aBrokerThatDoesNotAnswerIsNamedWithWhatWasExpected() throws IOException {
        int port = closedPort();
        RabbitMqSettings settings = read(WHOLE.replace("5672\nman", port + "\nman"));

        assertThatThrownBy(() -> settings.awaitBroker(new Patience(Duration.ZERO))).isInstanceOf(ClusterError.class).message()
            .contains("rabbitmq.properties, uri=amqp://127.0.0.1:" + port + ": ").contains("Connection refused")
            .contains("expected a RabbitMQ that answers there, lets the user of "
                + "management.user=postlane and management.password in");
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
