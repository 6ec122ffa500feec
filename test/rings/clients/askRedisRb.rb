# Answers where Redis::Distributed sends keys: its own tag and its own ring.
require 'json'
require 'redis'
require 'redis/distributed'

asked = JSON.parse($stdin.read)
Node = Struct.new(:id, :at)
ring = Redis::HashRing.new(asked['nodes'].each_with_index.map { |node, i| Node.new(node['text'], i) })
client = Redis::Distributed.allocate
client.instance_variable_set(:@tag, /^\{(.+?)\}/)
client.instance_variable_set(:@ring, ring)
owners = asked['keys'].map { |key| ring.get_node(client.send(:key_tag, key) || key).at }
puts JSON.dump({ version: Redis::VERSION, owners: owners })
