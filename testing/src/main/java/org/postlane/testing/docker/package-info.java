// SPDX-License-Identifier: Apache-2.0
/** For tests that need a Docker engine: whether one answers, and its command line. */
package org.postlane.testing.docker;
