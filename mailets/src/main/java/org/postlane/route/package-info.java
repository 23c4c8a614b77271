// SPDX-License-Identifier: Apache-2.0
/**
 * Where mail for a domain goes: the hosts of its MX records, or gateways, in the order in which they are tried.
 *
 * <p>How the session with a host is protected is part of {@link org.postlane.smtp.SessionSettings}; policies that come from
 * the recipient's domain (MTA-STS, DANE) will decide about it here.
 */
package org.postlane.route;
