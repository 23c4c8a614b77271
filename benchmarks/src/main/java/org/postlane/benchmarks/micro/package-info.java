// SPDX-License-Identifier: Apache-2.0
/** Single parts, measured by JMH beside what others have for the same purpose. */
package org.postlane.benchmarks.micro;
