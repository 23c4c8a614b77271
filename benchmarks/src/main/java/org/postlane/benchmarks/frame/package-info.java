// SPDX-License-Identifier: Apache-2.0
/** How something is measured, and what becomes of the figures; knows nothing of mail. */
package org.postlane.benchmarks.frame;
