// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postlane.james.ConfigurationError;

class Pop3SettingsTest {
    private static Pop3Settings settings(String... keysAndValues) {
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.addProperty("[@class]", Pop3Settings.class.getName());
        for (int i = 0; i < keysAndValues.length; i += 2) {
            configuration.addProperty(keysAndValues[i], keysAndValues[i + 1]);
        }
        Pop3Settings settings = new Pop3Settings();
        settings.init(configuration);
        return settings;
    }

    @Test
    void withoutAnyKeyTheDefaultsHold() {
        Pop3Settings settings = settings();

        assertThat(settings.requireTls()).isFalse();
        assertThat(settings.autologout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.workers()).isEqualTo(16);
        assertThat(settings.uidl()).isEqualTo(UidlForm.VALIDITY);
    }

    @Test
    void eachKeySetsItsValue() {
        Pop3Settings settings = settings("requireTls", "true", "autologout", "1 h", "workers", "3", "uidl", "stock");

        assertThat(settings.requireTls()).isTrue();
        assertThat(settings.autologout()).isEqualTo(Duration.ofHours(1));
        assertThat(settings.workers()).isEqualTo(3);
        assertThat(settings.uidl()).isEqualTo(UidlForm.STOCK);
    }

    @ParameterizedTest
    @CsvSource({"requireTls,yes", "autologout,600", "autologout,0 s", "workers,0", "workers,many", "uidl,VALIDITY",
        "requireTLS,true"})
    void whatDoesNotFitStopsTheStartAndIsNamed(String key, String value) {
        assertThatThrownBy(() -> settings(key, value)).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("pop3server.xml").hasMessageContaining("Pop3Settings").hasMessageContaining(key);
    }
}
