// SPDX-License-Identifier: Apache-2.0
/** The commands; {@code docs/benchmarks.md} tells what each measures and what it does not show. */
package org.postlane.benchmarks;
