// SPDX-License-Identifier: Apache-2.0
/** Clients that remember which mails were answered 250, and the search for every copy of these afterwards. */
package org.postlane.testing.feed;
