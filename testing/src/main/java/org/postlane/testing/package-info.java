// SPDX-License-Identifier: Apache-2.0
/**
 * An SMTP server whose every reply a test decides, and two clients to speak SMTP and POP3 by hand. Nothing here ships.
 */
package org.postlane.testing;
