"""What a node is told. The settings that matter to a shop are those of ``docker-compose.yml``; addresses and folders differ."""

from __future__ import annotations

from collections.abc import Mapping

ACCESS_RULES = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
}
"""Rules who may do what are kept. For one node: several would have to let each other in before they know the rules."""


def replication(nodes: int) -> int:
    """Of every topic: three copies where there are so many nodes."""
    return min(3, nodes)


def in_sync(nodes: int) -> int:
    """How many copies must have a record before it is acknowledged: with three nodes, one may be away."""
    return max(1, replication(nodes) - 1)


def common(nodes: int, outside: str | None = None) -> dict[str, str]:
    """The same on all of so many nodes; ``outside`` is the security protocol of the door for clients, where there is one."""
    copies, enough = str(replication(nodes)), str(in_sync(nodes))
    return {
        "process.roles": "broker,controller",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT" + (f",OUTSIDE:{outside}" if outside else ""),
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": enough,
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": enough,
        "group.initial.rebalance.delay.ms": "0",
    }


def written(properties: Mapping[str, str]) -> str:
    """As ``server.properties`` has them."""
    return "".join(f"{name}={value}\n" for name, value in properties.items())
