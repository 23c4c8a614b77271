// SPDX-License-Identifier: Apache-2.0
/** What runs inside a James that is measured. A process of its own: only this package and the server's libraries are there. */
package org.postlane.benchmarks.james;
