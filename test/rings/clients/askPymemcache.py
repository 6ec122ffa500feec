"""Answers where pymemcache's HashClient sends keys: its own node names and its own hasher."""
import json, sys
from importlib.metadata import version
from pymemcache.client.hash import HashClient

asked = json.load(sys.stdin)
client = HashClient([])
places = {}
for at, node in enumerate(asked["nodes"]):
    if node.get("up") is False:
        continue
    host, _, port = node["text"].rpartition(":")
    server = (host, int(port))
    client.add_server(server)
    places[client._make_client_key(server)] = at
owners = [places.get(client.hasher.get_node(key)) for key in asked["keys"]]
json.dump({"version": version("pymemcache"), "owners": owners}, sys.stdout)
