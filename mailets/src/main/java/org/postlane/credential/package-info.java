// SPDX-License-Identifier: Apache-2.0
/**
 * What the challenge mechanisms of AUTH need to know of a user, beside James' own users: keys that were derived from the
 * password, and whether that password still is the user's. James' {@code UsersRepository} stays the only authority on who is a
 * user.
 */
package org.postlane.credential;
