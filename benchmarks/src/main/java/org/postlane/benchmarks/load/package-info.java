// SPDX-License-Identifier: Apache-2.0
/** Mail that goes into a server. */
package org.postlane.benchmarks.load;
