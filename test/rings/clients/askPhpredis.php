<?php
// Answers where phpredis's RedisArray sends keys.
$asked = json_decode(stream_get_contents(STDIN), true);
$places = [];
foreach ($asked['nodes'] as $at => $node) $places[$node['text']] = $at;
$array = new RedisArray(array_keys($places), ['lazy_connect' => true]);
$owners = [];
foreach ($asked['keys'] as $key) {
    $target = $array->_target($key);
    $owners[] = $target === null ? null : $places[$target];
}
echo json_encode(['version' => phpversion('redis'), 'owners' => $owners]);
