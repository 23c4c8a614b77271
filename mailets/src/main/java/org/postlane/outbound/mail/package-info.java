// SPDX-License-Identifier: Apache-2.0
/**
 * What a queued mail carries through all of its turns, and what an attempt says about each of its recipients. The words that the
 * other packages of the engine have in common.
 */
package org.postlane.outbound.mail;
