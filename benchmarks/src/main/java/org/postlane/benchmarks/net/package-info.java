// SPDX-License-Identifier: Apache-2.0
/** The way between two mail servers; knows nothing of mail. */
package org.postlane.benchmarks.net;
