// SPDX-License-Identifier: Apache-2.0
/** For tests that need a Docker engine: whether one answers, its command line, and what docker-compose.yml starts. */
package org.postlane.testing.docker;
