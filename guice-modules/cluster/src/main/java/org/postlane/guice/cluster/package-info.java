// SPDX-License-Identifier: Apache-2.0
/**
 * What several James share: small modules that bind James' own queues on RabbitMQ and Cassandra, and PostgreSQL under two hands.
 */
package org.postlane.guice.cluster;
