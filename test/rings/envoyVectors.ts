import type { EnvoyHost } from '../../lib/rings/algorithms/envoy.ts'

// The numbers are those of Envoy's own unit tests: ring_hash_lb_test.cc and maglev_lb_test.cc.

/** Hosts of 127.0.0.1 by port. */
export const hosts = (
  ports: number[],
  weights: number[] = ports.map(() => 1),
  key = (port: number) => `127.0.0.1:${port}`,
): EnvoyHost[] => {
  const total = weights.reduce((all, weight) => all + weight, 0)
  return ports.map((port, index) => ({ key: key(port), index, weight: weights[index]! / total }))
}

type RingVector = { name: string; hosts: EnvoyHost[]; minimum: number; murmur?: boolean; points: [host: number, place: bigint][] }
export const ringVectors: RingVector[] = [
  {
    name: 'Basic',
    hosts: hosts([90, 91, 92, 93, 94, 95]),
    minimum: 12,
    points: [
      [4, 833437586790550860n],
      [2, 928266305478181108n],
      [0, 1033482794131418490n],
      [5, 3551244743356806947n],
      [3, 3851675632748031481n],
      [1, 5583722120771150861n],
      [1, 6311230543546372928n],
      [3, 7700377290971790572n],
      [5, 13144177310400110813n],
      [2, 13444792449719432967n],
      [4, 15516499411664133160n],
      [0, 16117243373044804889n],
    ],
  },
  {
    name: 'BasicWithMurmur2',
    hosts: hosts([80, 81, 82, 83, 84, 85]),
    minimum: 12,
    murmur: true,
    points: [
      [5, 1358027074129602068n],
      [3, 4361834613929391114n],
      [4, 7224494972555149682n],
      [1, 7701421856454313576n],
      [2, 8649315368077433379n],
      [4, 8739448859063030639n],
      [1, 9887544217113020895n],
      [2, 10150910876324007731n],
      [3, 15168472011420622455n],
      [0, 15427156902705414897n],
      [5, 16375050414328759093n],
      [0, 17613279263364193813n],
    ],
  },
  {
    name: 'BasicWithHostname',
    hosts: hosts([90, 91, 92, 93, 94, 95], undefined, String),
    minimum: 12,
    points: [
      [5, 1975508444536362413n],
      [5, 2376063919839173711n],
      [3, 2386806903309390596n],
      [4, 6749904478991551885n],
      [3, 6803900775736438537n],
      [2, 7225015537174310577n],
      [0, 8787465352164086522n],
      [2, 11282020843382717940n],
      [1, 13723418369486627818n],
      [0, 13776502110861797421n],
      [1, 14338313586354474791n],
      [4, 15364271037087512980n],
    ],
  },
]

type MaglevVector = { name: string; hosts: EnvoyHost[]; table: number[] }
export const maglevVectors: MaglevVector[] = [
  { name: 'Basic', hosts: hosts([90, 91, 92, 93, 94, 95]), table: [2, 4, 0, 1, 5, 0, 3] },
  { name: 'BasicWithHostName', hosts: hosts([90, 91, 92, 93, 94, 95], undefined, String), table: [2, 5, 0, 3, 4, 1, 0] },
  { name: 'Weighted', hosts: hosts([90, 91], [1, 2]), table: [1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1] },
  // Localities 8 : 0 : 2, the third without hosts that count.
  { name: 'LocalityWeightedGlobalPanic', hosts: hosts([90, 91], [4, 1]), table: [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0] },
  { name: 'LocalityWeightedSameLocality', hosts: hosts([90, 91]), table: [1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1] },
]
