# Answers where Dalli's own ring sends keys: {nodes: [{address, weight, up}], keys} on stdin -> {version, owners} on stdout.
require 'json'
require 'dalli'

asked = JSON.parse($stdin.read)
Server = Struct.new(:name, :weight, :up, :at) do
  def alive? = up
end
servers = asked['nodes'].each_with_index.map { |node, i| Server.new(node['text'], node['weight'] || 1, node['up'] != false, i) }
ring = Dalli::Ring.new(servers, threadsafe: false)
owners = asked['keys'].map do |key|
  ring.server_for_key(key).at
rescue Dalli::RingError
  nil
end
puts JSON.dump({ version: Dalli::VERSION, owners: owners })
