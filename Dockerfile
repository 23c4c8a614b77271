# SPDX-License-Identifier: Apache-2.0
# Apache James 3.8.1 with Postlane. Made from server/target/postlane-server/, so `mvn package` comes first (docs/docker.md).
# Why it is made this way: docs/adr/0003-container-image.md.
FROM debian:bookworm-slim

LABEL org.opencontainers.image.title="Postlane" \
      org.opencontainers.image.description="Apache James 3.8.1 with Postlane" \
      org.opencontainers.image.licenses="Apache-2.0"

# The number is part of the interface: who mounts conf/ or restores var/ has to give it the files.
RUN groupadd --gid 10025 postlane \
 && useradd --uid 10025 --gid 10025 --no-create-home --home-dir /opt/postlane --shell /usr/sbin/nologin postlane \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openjdk-17-jre-headless \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/ldconfig

WORKDIR /opt/postlane

# What rarely changes comes first: a new configuration does not make a new layer of 100 MB.
COPY server/target/postlane-server/lib/ lib/
COPY server/target/postlane-server/extensions-jars/ extensions-jars/
COPY server/target/postlane-server/conf/ conf/
# All that James writes goes into var/, Sieve scripts too, which James wants beside it; the rest belongs to root.
RUN install -d -o 10025 -g 10025 -m 0750 var var/sieve && ln -s var/sieve sieve

USER 10025:10025
VOLUME /opt/postlane/var
EXPOSE 25 110 143 465 587 993 995 8000

# Defaults that an administrator may change: JDK_JAVA_OPTIONS is read later than JAVA_TOOL_OPTIONS and so wins.
# The heap takes 60 % of the container's memory; the rest is for Netty's buffers, threads, class data and the page cache.
# After an OutOfMemoryError threads are missing that nobody restarts: better to end, and be started again.
ENV LANG=C.UTF-8 \
    JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError"

# Exec form: java is process 1 and gets the SIGTERM itself.
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "-Dworking.directory=/opt/postlane", "-Dlogback.configurationFile=/opt/postlane/conf/logback.xml", \
            "-Djdk.tls.ephemeralDHKeySize=2048", "-cp", "lib/*", "org.postlane.server.Main"]
CMD ["serve"]

# James' own health checks, through webadmin: 200 when healthy or degraded, 503 when not, no answer before James has started.
# bash opens the connection: the image needs no HTTP client. Double quotes stay out of the JSON form that runs without a shell.
HEALTHCHECK --interval=15s --timeout=8s --start-period=90s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8000 && printf 'GET /healthcheck HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && echo healthcheck: $status && [[ $status == 200 ]]"]
