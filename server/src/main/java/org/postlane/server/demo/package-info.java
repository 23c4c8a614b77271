// SPDX-License-Identifier: Apache-2.0
/** The demonstration: a server on loopback, a world around it, real mail, and an account of what arrived. */
package org.postlane.server.demo;
