// SPDX-License-Identifier: Apache-2.0
/**
 * SASL (RFC 4422) as SMTP's AUTH uses it: credentials, and the mechanisms that turn them into responses. Knows no socket and
 * no reply code. Secrets are readable in this package only.
 */
package org.postlane.smtp.sasl;
