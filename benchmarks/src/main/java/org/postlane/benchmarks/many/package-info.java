// SPDX-License-Identifier: Apache-2.0
/** Many destinations: a James that sends by MX, and a host of its own on loopback for each domain. */
package org.postlane.benchmarks.many;
