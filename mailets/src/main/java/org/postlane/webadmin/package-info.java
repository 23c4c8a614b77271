// SPDX-License-Identifier: Apache-2.0
/**
 * What an administrator sees and does over James' webadmin and its health checks. James loads these classes only where they are
 * named in {@code webadmin.properties} and {@code healthcheck.properties}.
 */
package org.postlane.webadmin;
