// SPDX-License-Identifier: Apache-2.0
/** Parts of James that its memory app does not have; for modules that have James among their own dependencies. */
package org.postlane.testing.james;
