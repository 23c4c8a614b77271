// SPDX-License-Identifier: Apache-2.0
/**
 * Who has the next turn: work sorted into destinations that never wait for each other, each with a room, a concurrency that
 * adapts, a rate, and penalties. Knows neither mail nor connections.
 */
package org.postlane.schedule;
