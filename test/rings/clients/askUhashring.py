"""Answers where uhashring's ketama ring sends keys."""
import json, sys
from importlib.metadata import version
from uhashring import HashRing

asked = json.load(sys.stdin)
places = {node["text"]: at for at, node in enumerate(asked["nodes"])}
ring = HashRing({node["text"]: node.get("weight", 1) for node in asked["nodes"] if node.get("up") is not False}, hash_fn="ketama")
owners = [places[ring.get_node(key)] for key in asked["keys"]]
json.dump({"version": version("uhashring"), "owners": owners}, sys.stdout)
