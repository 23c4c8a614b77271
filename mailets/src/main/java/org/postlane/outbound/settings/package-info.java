// SPDX-License-Identifier: Apache-2.0
/**
 * What is configured about delivery: for one queue, for the whole James ({@link org.postlane.outbound.settings.AgreedSettings}),
 * and what may be changed while mail is being delivered ({@link org.postlane.outbound.settings.LiveSettings}).
 */
package org.postlane.outbound.settings;
