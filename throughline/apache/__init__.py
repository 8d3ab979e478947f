"""An Apache Kafka of one's own, from its published jars: nothing is installed, Maven fetches and Java runs them.

``ApacheKafka`` is a cluster (KRaft, every node broker and controller) for ``with``; ``fetch`` is where its jars come from.
"""

from throughline.apache.cluster import ApacheKafka
from throughline.apache.here import apache_kafka
from throughline.apache.jars import fetch, missing
from throughline.apache.node import Node, Place
from throughline.apache.properties import ACCESS_RULES

__all__ = ["ACCESS_RULES", "ApacheKafka", "Node", "Place", "apache_kafka", "fetch", "missing"]
