// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
    private static RedisURI uri(String text) {
        return RedisAddress.parse(text).uri(Duration.ofSeconds(1));
    }

    private static RedisCredentials login(String text) {
        return uri(text).getCredentialsProvider().resolveCredentials().block();
    }

    @Test
    void whatIsNotSaidIsTheDefault() {
        RedisURI uri = uri("redis://redis.example.org");
        assertThat(uri.getHost()).isEqualTo("redis.example.org");
        assertThat(uri.getPort()).isEqualTo(6379);
        assertThat(uri.getDatabase()).isZero();
        assertThat(uri.isSsl()).isFalse();
        assertThat(login("redis://redis.example.org").hasPassword()).isFalse();
        assertThat(RedisAddress.parse("redis://redis.example.org/")).hasToString("redis://redis.example.org:6379/0");
    }

    @Test
    void everythingMayBeSaid() {
        String text = "rediss://ja%6Des:s%3Acr%40t%2F+1@[2001:db8::1]:7000/12";
        RedisURI uri = uri(text);
        assertThat(uri.getHost()).isEqualTo("2001:db8::1");
        assertThat(uri.getPort()).isEqualTo(7000);
        assertThat(uri.getDatabase()).isEqualTo(12);
        assertThat(uri.isSsl()).isTrue();
        assertThat(uri.isVerifyPeer()).isTrue();
        assertThat(login(text).getUsername()).isEqualTo("james");
        assertThat(login(text).getPassword()).containsExactly("s:cr@t/+1".toCharArray());
        assertThat(RedisAddress.parse(text)).hasToString("rediss://[2001:db8::1]:7000/12");
    }

    @Test
    void aPasswordAloneIsThatOfTheDefaultUser() {
        assertThat(login("redis://:secret@h").hasUsername()).isFalse();
        assertThat(login("redis://:secret@h").getPassword()).containsExactly("secret".toCharArray());
    }

    @Test
    void twoAreEqualWhereEverythingIs() {
        RedisAddress one = RedisAddress.parse("redis://a:b@h");
        assertThat(one).isEqualTo(RedisAddress.parse("redis://a:b@h:6379/0"))
            .hasSameHashCodeAs(RedisAddress.parse("redis://a:b@h:6379/0"))
            .isNotEqualTo(RedisAddress.parse("redis://a:c@h")).isNotEqualTo(RedisAddress.parse("redis://c:b@h"))
            .isNotEqualTo(RedisAddress.parse("rediss://a:b@h")).isNotEqualTo(RedisAddress.parse("redis://a:b@h/1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "secret", "localhost:6379", "http://secret", "redis://", "redis:secret", "redis://secret@h",
        "redis://a:@h", "redis://h:0", "redis://h:65536", "redis://h:secret", "redis://h/secret", "redis://h/-1",
        "redis://h/10000", "redis://h/1/2", "redis://h?secret=1", "redis://h#secret", "redis://a:secret%@h",
        "redis://a:se cret@h",
        "redis-sentinel://secret:26379#x", "redis://h_1:secret@/"})
    void anythingElseIsRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> RedisAddress.parse(text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("expected " + RedisAddress.EXPECTED).hasNoCause();
    }
}
