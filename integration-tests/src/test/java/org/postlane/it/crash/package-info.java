// SPDX-License-Identifier: Apache-2.0
/** A durable server that is killed, and the account of what became of every mail that it had answered 250. */
package org.postlane.it.crash;
