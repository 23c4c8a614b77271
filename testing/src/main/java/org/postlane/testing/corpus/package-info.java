// SPDX-License-Identifier: Apache-2.0
/** Real mail: the 80 messages that Apache Mime4j is tested with, made fit for SMTP, and the check that they arrived unchanged. */
package org.postlane.testing.corpus;
