#!/bin/sh
# Starts a Kafka broker with data of its own, in the foreground:
#
#     broker.sh FOLDER PORT SASL_PORT CONTROLLER_PORT
#
# FOLDER is made when it is missing; a broker that is started again on the same folder and ports has its topics,
# messages and groups as before, also after kill -9. The process is the broker itself, so its id can be sent any signal.
# When standard input is a pipe, the broker is killed as soon as the other end closes it: a test that starts one with a
# piped input, and keeps that, leaves no broker behind, however it ends. The log goes to standard output; the line with
# `Kafka Server started` says that it is ready: after three seconds on a new folder, and five after a kill -9.
#
# PORT speaks plain text. SASL_PORT speaks TLS, with the certificate in ../tls, and takes PLAIN, SCRAM-SHA-256 and
# SCRAM-SHA-512 from the user `ashlar` with the password `mortar`.
set -eu

if [ $# -ne 4 ]; then
    echo "usage: $0 FOLDER PORT SASL_PORT CONTROLLER_PORT" >&2
    exit 2
fi
home=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
port=$2
sasl_port=$3
controller_port=$4
user=ashlar
password=mortar
login=org.apache.kafka.common.security
settings=$folder/server.properties

# Light and quick to start, rather than fast for days: no optimising compiler, no parallel collector.
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
options="-Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dlog4j2.level=INFO"

# A broker that was killed may only come back when its session is over: hence a short one, by default nine seconds.
# Nothing is deleted for its age: tests turn the clock. Topics are made by who needs them, never by a misspelt name.
cat >"$settings" <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller_port
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
listeners=PLAINTEXT://127.0.0.1:$port,SASL_SSL://127.0.0.1:$sasl_port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$port,SASL_SSL://127.0.0.1:$sasl_port
log.dirs=$folder/log
log.retention.ms=-1
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.segment.bytes=16777216
log.index.size.max.bytes=1048576
num.partitions=4
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
ssl.keystore.type=PEM
ssl.keystore.location=$home/../tls/server.pem
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=$login.plain.PlainLoginModule required user_$user="$password";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=$login.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=$login.scram.ScramLoginModule required;
EOF

# The mark is made last: what was interrupted begins again.
if [ ! -e "$folder/formatted" ]; then
    rm -rf "$folder/log"
    "$java" $options -cp "$home/lib/*" kafka.tools.StorageTool format --config "$settings" \
        --cluster-id AshlarAshlarAshlarAshl \
        --add-scram "SCRAM-SHA-256=[name=$user,password=$password]" \
        --add-scram "SCRAM-SHA-512=[name=$user,password=$password]" </dev/null
    : >"$folder/formatted"
fi

if [ -p /dev/stdin ]; then
    exec 3<&0
    (cat >/dev/null; kill -s KILL $$) <&3 3<&- >/dev/null 2>&1 &
    exec 3<&-
fi

exec "$java" $options -cp "$home/lib/*" kafka.Kafka "$settings" </dev/null
