// SPDX-License-Identifier: Apache-2.0
/**
 * AUTH on James' SMTP listeners (RFC 4954): the handler that {@code smtpserver.xml} names, and the server's side of the SASL
 * mechanisms.
 */
package org.postlane.smtpserver.auth;
