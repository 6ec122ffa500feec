<?php
// Answers where PHP's Memcached (libmemcached, MODULA by default) sends keys.
$asked = json_decode(stream_get_contents(STDIN), true);
$client = new Memcached();
if (isset($asked['hash'])) $client->setOption(Memcached::OPT_HASH, constant('Memcached::HASH_' . $asked['hash']));
$places = [];
foreach ($asked['nodes'] as $at => $node) {
    [$host, $port] = explode(':', $node['text']);
    $client->addServer($host, (int) $port, $node['weight'] ?? 0);
    $places["$host:$port"] = $at;
}
$owners = [];
foreach ($asked['keys'] as $key) {
    $server = $client->getServerByKey($key);
    $owners[] = $places[$server['host'] . ':' . $server['port']];
}
echo json_encode(['version' => phpversion('memcached') . ' with libmemcached ' . Memcached::LIBMEMCACHED_VERSION_HEX, 'owners' => $owners]);
