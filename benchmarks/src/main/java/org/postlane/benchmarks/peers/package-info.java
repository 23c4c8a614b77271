// SPDX-License-Identifier: Apache-2.0
/** The mail servers that are compared, each a process of its own with a directory of its own. */
package org.postlane.benchmarks.peers;
