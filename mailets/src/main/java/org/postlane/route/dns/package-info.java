// SPDX-License-Identifier: Apache-2.0
/**
 * What DNS says about mail domains and hosts, without a thread for each question, and remembered for as long as it may be.
 */
package org.postlane.route.dns;
