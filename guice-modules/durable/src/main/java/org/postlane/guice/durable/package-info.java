// SPDX-License-Identifier: Apache-2.0
/** What a James on one machine keeps when it stops: small modules that bind James' own JPA libraries, one for each thing kept. */
package org.postlane.guice.durable;
