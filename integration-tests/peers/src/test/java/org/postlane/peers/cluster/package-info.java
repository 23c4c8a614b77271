// SPDX-License-Identifier: Apache-2.0
/** The cluster of docker-compose.yml: two nodes, what they share, and what becomes of mail while some of it is away. */
package org.postlane.peers.cluster;
