// SPDX-License-Identifier: Apache-2.0
/**
 * Mail servers by the thousand on one port: each address of 127.0.0.0/8 is a host with a behaviour and counters of its own.
 * For tests of how many hosts are treated together; what one host sees in detail, {@code org.postlane.testing.SmtpServer} shows.
 */
package org.postlane.testing.fleet;
