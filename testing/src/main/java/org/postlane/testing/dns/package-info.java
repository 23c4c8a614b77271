// SPDX-License-Identifier: Apache-2.0
/** A DNS server on loopback whose every answer a test decides. */
package org.postlane.testing.dns;
