<?php
// Answers where Predis sends keys: its default HashRing or its KetamaRing, with its own tags.
require 'Predis/autoload.php';
$asked = json_decode(stream_get_contents(STDIN), true);
$ring = $asked['ring'] === 'ketama' ? new Predis\Cluster\Distributor\KetamaRing() : new Predis\Cluster\Distributor\HashRing();
$places = [];
foreach ($asked['nodes'] as $at => $node) {
    $ring->add($node['text'], $node['weight'] ?? null);
    $places[$node['text']] = $at;
}
$strategy = new Predis\Cluster\PredisStrategy($ring);
$owners = [];
foreach ($asked['keys'] as $key) $owners[] = $places[$ring->getBySlot($strategy->getSlotByKey($key))];
echo json_encode(['version' => Predis\Client::VERSION, 'owners' => $owners]);
