// SPDX-License-Identifier: Apache-2.0
/** The mail server at the other end, which counts and forgets. */
package org.postlane.benchmarks.sink;
