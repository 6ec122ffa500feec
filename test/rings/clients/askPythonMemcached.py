"""Answers where python-memcached sends keys: its own buckets, hash and retries, with connections played."""
import json, sys
import memcache

asked = json.load(sys.stdin)
client = memcache.Client([(node["text"], node.get("weight", 1)) for node in asked["nodes"]])
for server, node in zip(client.servers, asked["nodes"]):
    up = node.get("up") is not False
    server.connect = lambda up=up: 1 if up else 0
places = {id(server): at for at, server in enumerate(client.servers)}
owners = []
for key in asked["keys"]:
    server, _ = client._get_server(key.encode())
    owners.append(places[id(server)] if server else None)
json.dump({"version": memcache.__version__, "owners": owners}, sys.stdout)
